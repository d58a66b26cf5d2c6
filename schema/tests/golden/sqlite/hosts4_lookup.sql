-- takes 3 parameters
-- gives n, host_id, dhcp4_subnet_id, dhcp_identifier_type, dhcp_identifier, ipv4_address, hostname, dhcp4_client_classes, dhcp4_next_server, dhcp4_server_hostname, dhcp4_boot_file_name, code, value, formatted_value, space, persistent, cancelled

SELECT ?1 AS n, h.host_id, h.dhcp4_subnet_id, h.dhcp_identifier_type, h.dhcp_identifier, h.ipv4_address, h.hostname,
       h.dhcp4_client_classes, h.dhcp4_next_server, h.dhcp4_server_hostname, h.dhcp4_boot_file_name,
       o.code, o.value, o.formatted_value, o.space, o.persistent, o.cancelled
FROM hosts h
LEFT JOIN dhcp4_options o ON o.host_id = h.host_id
WHERE h.dhcp_identifier_type = ?2 AND h.dhcp_identifier = ?3 AND h.dhcp4_subnet_id IS NOT NULL
