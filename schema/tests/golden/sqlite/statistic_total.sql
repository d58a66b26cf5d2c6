-- takes 6 parameters
-- gives value

SELECT (SELECT coalesce(sum(value), 0) FROM statistic
        WHERE family = ?1 AND name = ?2 AND subnet_id BETWEEN ?3 AND ?4 AND pool_id BETWEEN ?5 AND ?6 AND slot >= 0)
     + (SELECT coalesce(sum(value), 0) FROM statistic
        WHERE family = ?1 AND name = ?2 AND subnet_id = ?3 AND pool_id = ?5 AND slot = -1) AS value
