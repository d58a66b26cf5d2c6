-- takes 1 parameters
-- gives address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state, user_context, pool_id

SELECT
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?)
ORDER BY l.address
FOR UPDATE
