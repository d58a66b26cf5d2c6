-- takes _int8
-- gives address int8, hwaddr bytea, client_id bytea, valid_lifetime int8, expire int8, subnet_id int8, fqdn_fwd bool, fqdn_rev bool, hostname varchar, state int8, user_context text, pool_id int8

SELECT l.address, l.hwaddr, l.client_id, l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l
WHERE l.address = ANY($1::bigint[])
ORDER BY l.address
FOR UPDATE
