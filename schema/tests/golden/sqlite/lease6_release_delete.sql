-- takes 5 parameters
-- gives 

DELETE FROM lease6
WHERE address = ?1 AND state = 0 AND expire = ?5
  AND duid = ?2 AND iaid = ?3 AND lease_type = ?4
