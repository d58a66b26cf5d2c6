-- Addresses that are reserved for some host, of those asked for by subnet. An index scan per batch; nothing is locked, as
-- the claim's guard decides where leases are in the same database.
SELECT q.n, h.dhcp4_subnet_id, h.ipv4_address
FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS q (n, subnet_id, address)
JOIN hosts h ON h.dhcp4_subnet_id = q.subnet_id AND h.ipv4_address = q.address
