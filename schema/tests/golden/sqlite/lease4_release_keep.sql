-- takes 4 parameters
-- gives 

UPDATE lease4
SET state = 2, expire = unixepoch('now'), valid_lifetime = 0, fqdn_fwd = 0, fqdn_rev = 0, hostname = ''
WHERE address = ?1 AND state = 0 AND expire = ?4
  AND CASE WHEN ?3 IS NOT NULL AND client_id IS NOT NULL
           THEN client_id = ?3 ELSE hwaddr = ?2 END
