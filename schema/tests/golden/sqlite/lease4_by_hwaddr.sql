-- takes 2 parameters
-- gives question, arm, remaining, address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state, user_context, pool_id

SELECT ?1 AS question, 1 AS arm, l.expire - (unixepoch('now') + 1) AS remaining,
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, l.expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l
WHERE l.hwaddr = ?2
