-- takes 3 parameters
-- gives n, dhcp4_subnet_id, ipv4_address

SELECT ?1 AS n, h.dhcp4_subnet_id, h.ipv4_address
FROM hosts h
WHERE h.dhcp4_subnet_id = ?2 AND h.ipv4_address = ?3
LIMIT 1
