-- Whether an address of a subnet is reserved for some host; nothing is locked. Of a claim it is asked in its
-- transaction, which nobody else writes beside.
SELECT ?1 AS n, h.dhcp4_subnet_id, h.ipv4_address
FROM hosts h
WHERE h.dhcp4_subnet_id = ?2 AND h.ipv4_address = ?3
LIMIT 1
