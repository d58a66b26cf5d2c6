-- takes 1 parameters
-- gives name, subnet_id, pool_id, is_reset, value

SELECT name, subnet_id, pool_id, slot < 0 AS is_reset, CAST(SUM(value) AS SIGNED) AS value
FROM statistic WHERE family = ?
GROUP BY name, subnet_id, pool_id, slot < 0
