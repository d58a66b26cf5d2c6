-- takes 1 parameters
-- gives duid

INSERT INTO server_duid AS known (id, duid) VALUES (1, ?1)
ON CONFLICT (id) DO UPDATE SET duid = known.duid
RETURNING duid
