-- Changes nothing, and is refused where reservations may not be added: who shall do so has to know it at once.
INSERT INTO hosts (dhcp_identifier, dhcp_identifier_type)
SELECT dhcp_identifier, dhcp_identifier_type FROM hosts WHERE host_id IS NULL
