-- Reservations of hosts, each with the number of the question it answers, in any subnet of DHCPv4; a row per option. An
-- index scan per batch and join, and no index is named, as "hosts" and its options may be views; nothing is locked.
SELECT q.n, h.host_id, h.dhcp4_subnet_id, h.dhcp_identifier_type, h.dhcp_identifier, h.ipv4_address, h.hostname,
       h.dhcp4_client_classes, h.dhcp4_next_server, h.dhcp4_server_hostname, h.dhcp4_boot_file_name,
       o.code, o.value, o.formatted_value, o.space, o.persistent, o.cancelled
FROM JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]', identifier_type INT PATH '$[1]', identifier VARCHAR(512) PATH '$[2]')) q
STRAIGHT_JOIN hosts h ON h.dhcp_identifier = UNHEX(q.identifier) AND h.dhcp_identifier_type = q.identifier_type
LEFT JOIN dhcp4_options o ON o.host_id = h.host_id
WHERE h.dhcp4_subnet_id IS NOT NULL
ORDER BY q.n, h.host_id, o.option_id
