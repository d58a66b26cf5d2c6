-- takes 5 parameters
-- gives 1

SELECT 1
FROM lease6
WHERE address = ?1 AND state = 0
  AND duid = ?2 AND iaid = ?3 AND lease_type = ?4 AND prefix_len = ?5
