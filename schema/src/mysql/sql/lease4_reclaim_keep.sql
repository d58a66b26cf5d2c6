-- End leases that this transaction has locked, and keep the rows for their clients to come back to.
UPDATE lease4 FORCE INDEX (PRIMARY)
SET state = 2, fqdn_fwd = 0, fqdn_rev = 0, hostname = ''
WHERE address IN (?) AND state = 0
