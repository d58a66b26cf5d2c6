-- All that was counted of a family, summed over slots; what a reset takes off (slot -1) stays apart, as it
-- is of one place only.
SELECT name, subnet_id, pool_id, slot < 0 AS is_reset, CAST(SUM(value) AS SIGNED) AS value
FROM statistic WHERE family = ?
GROUP BY name, subnet_id, pool_id, slot < 0
