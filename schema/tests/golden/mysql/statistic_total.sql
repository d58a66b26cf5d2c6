-- takes 10 parameters
-- gives value

SELECT CAST((SELECT COALESCE(SUM(value), 0) FROM statistic
             WHERE family = ? AND name = CONVERT(? USING utf8mb4) AND subnet_id BETWEEN ? AND ?
               AND pool_id BETWEEN ? AND ? AND slot >= 0)
          + (SELECT COALESCE(SUM(value), 0) FROM statistic
             WHERE family = ? AND name = CONVERT(? USING utf8mb4) AND subnet_id = ? AND pool_id = ?
               AND slot = -1) AS SIGNED) AS value
