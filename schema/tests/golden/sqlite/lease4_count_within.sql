-- takes 3 parameters
-- gives subnet_id, pool_id, state, leases

SELECT coalesce(subnet_id, 0) AS subnet_id, coalesce(pool_id, 0) AS pool_id, state, count(*) AS leases
FROM lease4 WHERE address BETWEEN ?1 AND ?2 AND subnet_id = ?3 GROUP BY 1, 2, 3
