-- takes 1 parameters
-- gives 

UPDATE lease4 SET state = 2, fqdn_fwd = 0, fqdn_rev = 0, hostname = '' WHERE address = ?1
