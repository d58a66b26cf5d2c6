-- takes 1 parameters
-- gives n, dhcp4_subnet_id, ipv4_address

SELECT q.n, h.dhcp4_subnet_id, h.ipv4_address
FROM JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]', subnet_id INT UNSIGNED PATH '$[1]', address INT UNSIGNED PATH '$[2]')) q
STRAIGHT_JOIN hosts h ON h.dhcp4_subnet_id = q.subnet_id AND h.ipv4_address = q.address
