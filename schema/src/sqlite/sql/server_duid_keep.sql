-- The first candidate becomes the DUID of all workers; the primary key decides between them. The
-- update changes nothing but makes the row visible to RETURNING.
INSERT INTO server_duid AS known (id, duid) VALUES (1, ?1)
ON CONFLICT (id) DO UPDATE SET duid = known.duid
RETURNING duid
