-- Give back: only the holder's own live row goes, and only as it was found.
DELETE FROM lease4
WHERE address = ?1 AND state = 0 AND expire = ?4
  AND CASE WHEN ?3 IS NOT NULL AND client_id IS NOT NULL
           THEN client_id = ?3 ELSE hwaddr = ?2 END
