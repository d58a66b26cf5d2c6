-- takes 5 parameters
-- gives 

UPDATE lease4
SET state = 1, hwaddr = x'', client_id = NULL,
    valid_lifetime = ?5, expire = unixepoch('now') + 1 + ?5,
    fqdn_fwd = 0, fqdn_rev = 0, hostname = '', user_context = NULL
WHERE address = ?1 AND state = 0 AND expire = ?4
  AND CASE WHEN ?3 IS NOT NULL AND client_id IS NOT NULL
           THEN client_id = ?3 ELSE hwaddr = ?2 END
