-- Give back leases that this transaction has locked, keeping the rows for their clients to come back to.
UPDATE lease4 FORCE INDEX (PRIMARY)
SET state = 2, expire = UTC_TIMESTAMP(), valid_lifetime = 0, fqdn_fwd = 0, fqdn_rev = 0, hostname = ''
WHERE address IN (?)
