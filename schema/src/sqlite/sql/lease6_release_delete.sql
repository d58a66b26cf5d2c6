-- Give back: only the holder's own live row goes, and only as it was found.
DELETE FROM lease6
WHERE address = ?1 AND state = 0 AND expire = ?5
  AND duid = ?2 AND iaid = ?3 AND lease_type = ?4
