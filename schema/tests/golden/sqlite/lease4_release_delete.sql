-- takes 4 parameters
-- gives 

DELETE FROM lease4
WHERE address = ?1 AND state = 0 AND expire = ?4
  AND CASE WHEN ?3 IS NOT NULL AND client_id IS NOT NULL
           THEN client_id = ?3 ELSE hwaddr = ?2 END
