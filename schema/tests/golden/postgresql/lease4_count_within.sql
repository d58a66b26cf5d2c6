-- takes int8, int8, int8
-- gives subnet_id int8, pool_id int8, state int8, leases int8

SELECT coalesce(subnet_id, 0) AS subnet_id, coalesce(pool_id, 0) AS pool_id, state, count(*) AS leases
FROM lease4 WHERE address BETWEEN $1::bigint AND $2::bigint AND subnet_id = $3::bigint GROUP BY 1, 2, 3
