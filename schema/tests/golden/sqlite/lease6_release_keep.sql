-- takes 5 parameters
-- gives 

UPDATE lease6
SET state = 2, expire = unixepoch('now'), valid_lifetime = 0, fqdn_fwd = 0, fqdn_rev = 0, hostname = ''
WHERE address = ?1 AND state = 0 AND expire = ?5
  AND duid = ?2 AND iaid = ?3 AND lease_type = ?4
