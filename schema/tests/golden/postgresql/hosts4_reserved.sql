-- takes _int4, _int8, _int8
-- gives n int4, dhcp4_subnet_id int8, ipv4_address int8

SELECT q.n, h.dhcp4_subnet_id, h.ipv4_address
FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS q (n, subnet_id, address)
JOIN hosts h ON h.dhcp4_subnet_id = q.subnet_id AND h.ipv4_address = q.address
