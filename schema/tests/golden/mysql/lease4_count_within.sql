-- takes 3 parameters
-- gives subnet_id, pool_id, state, leases

SELECT COALESCE(subnet_id, 0) AS subnet_id, COALESCE(pool_id, 0) AS pool_id, state, COUNT(*) AS leases
FROM lease4 WHERE address BETWEEN ? AND ? AND subnet_id = ? GROUP BY 1, 2, 3
