-- takes 2 parameters
-- gives id, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id

SELECT id, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id
FROM name_change
WHERE family = ?1 ORDER BY id LIMIT ?2
