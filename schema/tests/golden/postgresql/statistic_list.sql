-- takes int8
-- gives name varchar, subnet_id int8, pool_id int8, is_reset bool, value int8

SELECT name, subnet_id, pool_id, slot < 0 AS is_reset, sum(value)::bigint AS value
FROM statistic WHERE family = $1::bigint
GROUP BY name, subnet_id, pool_id, slot < 0
