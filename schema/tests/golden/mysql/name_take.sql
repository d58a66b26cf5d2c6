-- takes 2 parameters
-- gives id, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id

SELECT id, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id
FROM name_change FORCE INDEX (name_change_order)
WHERE family = ? ORDER BY id LIMIT ?
