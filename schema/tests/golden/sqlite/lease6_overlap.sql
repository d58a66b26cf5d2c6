-- takes 3 parameters
-- gives 1

SELECT 1
FROM lease6
WHERE address BETWEEN ?1 AND ?2 AND state <> 2 AND coalesce(prefix_len, 128) <= ?3
LIMIT 1
