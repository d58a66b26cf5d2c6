-- A subnet's rows per pool and state, looked for where its addresses are: there is no index of subnets.
SELECT COALESCE(subnet_id, 0) AS subnet_id, COALESCE(pool_id, 0) AS pool_id, state, COUNT(*) AS leases
FROM lease6 WHERE address BETWEEN ? AND ? AND subnet_id = ? GROUP BY 1, 2, 3
