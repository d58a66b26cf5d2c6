-- Expired leases, oldest first; read within the transaction that ends them, so no other has them.
SELECT l.address, l.hwaddr, l.client_id, l.valid_lifetime, l.expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l
WHERE l.state <> 2 AND l.expire < unixepoch('now') + 1 AND l.valid_lifetime <> 4294967295
ORDER BY l.expire LIMIT ?1
