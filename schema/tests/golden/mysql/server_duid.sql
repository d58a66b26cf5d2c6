-- takes 0 parameters
-- gives duid

SELECT duid FROM server_duid WHERE id = 1
