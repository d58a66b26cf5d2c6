-- takes 1 parameters
-- gives name, subnet_id, pool_id, is_reset, value

SELECT name, subnet_id, pool_id, slot = -1 AS is_reset, sum(value) AS value
FROM statistic WHERE family = ?1
GROUP BY name, subnet_id, pool_id, slot = -1
