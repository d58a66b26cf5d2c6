-- Expired leases, oldest first; read within the transaction that ends them, so no other has them.
SELECT l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, l.expire, l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease6 l
WHERE l.state <> 2 AND l.expire < unixepoch('now') + 1 AND l.valid_lifetime <> 4294967295
ORDER BY l.expire LIMIT ?1
