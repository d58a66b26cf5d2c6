-- takes 1 parameters
-- gives 

INSERT INTO server_duid (id, duid) VALUES (1, ?)
ON DUPLICATE KEY UPDATE duid = server_duid.duid
