-- takes 0 parameters
-- gives subnet_id, pool_id, state, leases

SELECT coalesce(subnet_id, 0) AS subnet_id, coalesce(pool_id, 0) AS pool_id, state, count(*) AS leases
FROM lease4 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
