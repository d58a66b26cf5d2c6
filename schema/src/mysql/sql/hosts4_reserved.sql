-- Addresses that are reserved for some host, of those asked for by subnet. An index scan per batch, and no index is named,
-- as "hosts" may be a view; nothing is locked. Of claims it is asked right before them, which is as good as in their
-- statement: a reservation that comes later finds the lease there, as one that comes later still would.
SELECT q.n, h.dhcp4_subnet_id, h.ipv4_address
FROM JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]', subnet_id INT UNSIGNED PATH '$[1]', address INT UNSIGNED PATH '$[2]')) q
STRAIGHT_JOIN hosts h ON h.dhcp4_subnet_id = q.subnet_id AND h.ipv4_address = q.address
