-- The first candidate becomes the DUID of all workers; the primary key decides between them.
INSERT INTO server_duid (id, duid) VALUES (1, ?)
ON DUPLICATE KEY UPDATE duid = server_duid.duid
