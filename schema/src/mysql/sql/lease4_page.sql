-- A portion of the table in address order, by its primary key.
SELECT
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address >= ?
ORDER BY l.address
LIMIT ?
