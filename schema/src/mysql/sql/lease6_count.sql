-- Rows per subnet, pool and state.
SELECT COALESCE(subnet_id, 0) AS subnet_id, COALESCE(pool_id, 0) AS pool_id, state, COUNT(*) AS leases
FROM lease6 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
