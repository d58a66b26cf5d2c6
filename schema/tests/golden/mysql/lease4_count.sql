-- takes 0 parameters
-- gives subnet_id, pool_id, state, leases

SELECT COALESCE(subnet_id, 0) AS subnet_id, COALESCE(pool_id, 0) AS pool_id, state, COUNT(*) AS leases
FROM lease4 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
