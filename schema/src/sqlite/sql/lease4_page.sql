-- A portion of the table in address order, by its primary key.
SELECT l.address, l.hwaddr, l.client_id, l.valid_lifetime, l.expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l
WHERE l.address >= ?1
ORDER BY l.address
LIMIT ?2
