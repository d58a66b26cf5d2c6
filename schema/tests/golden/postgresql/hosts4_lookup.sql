-- takes _int4, _int2, _bytea
-- gives n int4, host_id int8, dhcp4_subnet_id int8, dhcp_identifier_type int2, dhcp_identifier bytea, ipv4_address int8, hostname varchar, dhcp4_client_classes varchar, dhcp4_next_server int8, dhcp4_server_hostname varchar, dhcp4_boot_file_name varchar, code int2, value bytea, formatted_value text, space varchar, persistent bool, cancelled bool

SELECT q.n, h.host_id, h.dhcp4_subnet_id, h.dhcp_identifier_type, h.dhcp_identifier, h.ipv4_address, h.hostname,
       h.dhcp4_client_classes, h.dhcp4_next_server, h.dhcp4_server_hostname, h.dhcp4_boot_file_name,
       o.code, o.value, o.formatted_value, o.space, o.persistent, o.cancelled
FROM unnest($1::integer[], $2::smallint[], $3::bytea[]) AS q (n, identifier_type, identifier)
JOIN hosts h ON h.dhcp_identifier = q.identifier AND h.dhcp_identifier_type = q.identifier_type
LEFT JOIN dhcp4_options o ON o.host_id = h.host_id
WHERE h.dhcp4_subnet_id IS NOT NULL
ORDER BY q.n, h.host_id, o.option_id
