-- takes 
-- gives subnet_id int8, pool_id int8, state int8, leases int8

SELECT coalesce(subnet_id, 0) AS subnet_id, coalesce(pool_id, 0) AS pool_id, state, count(*) AS leases
FROM lease6 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
