-- Whether a row of a span is in the way of a prefix: one that is not reclaimed.
SELECT 1
FROM lease6
WHERE address BETWEEN ?1 AND ?2 AND state <> 2 AND coalesce(prefix_len, 128) <= ?3
LIMIT 1
