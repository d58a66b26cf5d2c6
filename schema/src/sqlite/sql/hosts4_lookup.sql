-- Reservations of a host with the number of the question they answer, in any subnet of DHCPv4; a row per option, as the
-- indexes give them: those of a host together, its options in their order. Nothing is locked.
SELECT ?1 AS n, h.host_id, h.dhcp4_subnet_id, h.dhcp_identifier_type, h.dhcp_identifier, h.ipv4_address, h.hostname,
       h.dhcp4_client_classes, h.dhcp4_next_server, h.dhcp4_server_hostname, h.dhcp4_boot_file_name,
       o.code, o.value, o.formatted_value, o.space, o.persistent, o.cancelled
FROM hosts h
LEFT JOIN dhcp4_options o ON o.host_id = h.host_id
WHERE h.dhcp_identifier_type = ?2 AND h.dhcp_identifier = ?3 AND h.dhcp4_subnet_id IS NOT NULL
