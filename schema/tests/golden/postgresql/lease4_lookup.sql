-- takes _int4, _bytea, _int4, _bytea, _int4, _int8
-- gives n int4, arm int2, remaining int8, address int8, hwaddr bytea, client_id bytea, valid_lifetime int8, expire int8, subnet_id int8, fqdn_fwd bool, fqdn_rev bool, hostname varchar, state int8, user_context text, pool_id int8

SELECT q.n, 0::smallint AS arm, floor(extract(epoch FROM l.expire - now()))::bigint AS remaining,
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM unnest($1::integer[], $2::bytea[]) AS q (n, client) JOIN lease4 l ON l.client_key = q.client
UNION ALL
SELECT q.n, 1::smallint, floor(extract(epoch FROM l.expire - now()))::bigint,
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM unnest($3::integer[], $4::bytea[]) AS q (n, hwaddr) JOIN lease4 l ON l.hwaddr = q.hwaddr
UNION ALL
SELECT q.n, 2::smallint, floor(extract(epoch FROM l.expire - now()))::bigint,
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM unnest($5::integer[], $6::bigint[]) AS q (n, address) JOIN lease4 l ON l.address = q.address
