-- Set aside what its holder found in use, in rows that this transaction has locked: nobody's until the probation,
-- the first parameter, is over. Assignments are made from left to right.
UPDATE lease4 FORCE INDEX (PRIMARY)
SET state = 1, hwaddr = '', client_id = NULL, valid_lifetime = ?,
    expire = TIMESTAMPADD(SECOND, valid_lifetime + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP()),
    fqdn_fwd = 0, fqdn_rev = 0, hostname = '', user_context = NULL
WHERE address IN (?)
