-- What was counted under one name at a place counts from zero now. Workers go on adding to their own rows.
INSERT INTO statistic (family, name, subnet_id, pool_id, slot, value)
SELECT ?, CONVERT(? USING utf8mb4), ?, ?, -1, taken.value
FROM (SELECT CAST(-COALESCE(SUM(value), 0) AS SIGNED) AS value FROM statistic
      WHERE family = ? AND name = CONVERT(? USING utf8mb4) AND subnet_id BETWEEN ? AND ?
        AND pool_id BETWEEN ? AND ? AND slot >= 0) taken
ON DUPLICATE KEY UPDATE value = VALUES(value)
