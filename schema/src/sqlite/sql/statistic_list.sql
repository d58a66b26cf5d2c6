-- All that was counted of a family, summed over slots; what a reset takes off (slot -1) stays apart, as it
-- is of one place only.
SELECT name, subnet_id, pool_id, slot = -1 AS is_reset, sum(value) AS value
FROM statistic WHERE family = ?1
GROUP BY name, subnet_id, pool_id, slot = -1
