-- takes int8, int8
-- gives id int8, adds bool, address varchar, client bytea, hostname varchar, fqdn_fwd bool, fqdn_rev bool, valid_lifetime int8, expire int8, subnet_id int8

SELECT id, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id
FROM name_change
WHERE family = $1::bigint ORDER BY id LIMIT $2::bigint
