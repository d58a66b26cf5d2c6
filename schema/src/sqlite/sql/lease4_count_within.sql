-- A subnet's rows per pool and state, looked for where its addresses are: there is no index of subnets.
SELECT coalesce(subnet_id, 0) AS subnet_id, coalesce(pool_id, 0) AS pool_id, state, count(*) AS leases
FROM lease4 WHERE address BETWEEN ?1 AND ?2 AND subnet_id = ?3 GROUP BY 1, 2, 3
