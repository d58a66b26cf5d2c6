-- takes 1 parameters
-- gives 

UPDATE lease4 FORCE INDEX (PRIMARY)
SET state = 2, expire = UTC_TIMESTAMP(), valid_lifetime = 0, fqdn_fwd = 0, fqdn_rev = 0, hostname = ''
WHERE address IN (?)
