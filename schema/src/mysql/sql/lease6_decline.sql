-- Set aside what its holder found in use, in rows that this transaction has locked: nobody's until the probation,
-- the first parameter, is over. Assignments are made from left to right.
UPDATE lease6 FORCE INDEX (PRIMARY)
SET state = 1, duid = x'00', hwaddr = NULL, pref_lifetime = 0, valid_lifetime = ?,
    expire = TIMESTAMPADD(SECOND, valid_lifetime + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP()),
    fqdn_fwd = 0, fqdn_rev = 0, hostname = '', user_context = NULL
WHERE address IN (?)
