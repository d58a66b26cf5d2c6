-- The DUID of all workers.
SELECT duid FROM server_duid WHERE id = 1
