-- Rows of a client (arm 0), each with the number of the question it answers; nothing is locked.
SELECT ?1 AS question, 0 AS arm, l.expire - (unixepoch('now') + 1) AS remaining,
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, l.expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l
WHERE l.client_key = ?2
