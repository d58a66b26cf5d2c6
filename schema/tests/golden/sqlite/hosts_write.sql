-- takes 0 parameters
-- gives 

INSERT INTO hosts (dhcp_identifier, dhcp_identifier_type)
SELECT dhcp_identifier, dhcp_identifier_type FROM hosts WHERE host_id IS NULL
