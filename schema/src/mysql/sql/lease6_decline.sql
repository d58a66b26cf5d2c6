-- Set aside what its holder found in use, as it was found: nobody's until the probation is over.
UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
         address CHAR(32) PATH '$[0]', duid VARCHAR(510) PATH '$[1]', iaid INT UNSIGNED PATH '$[2]',
         lease_type TINYINT UNSIGNED PATH '$[3]', expire BIGINT PATH '$[4]',
         probation INT UNSIGNED PATH '$[5]')) asked
STRAIGHT_JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(asked.address)
SET l.state = 1, l.duid = x'00', l.hwaddr = NULL, l.pref_lifetime = 0, l.valid_lifetime = asked.probation,
    l.expire = TIMESTAMPADD(SECOND, asked.probation + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP()),
    l.fqdn_fwd = 0, l.fqdn_rev = 0, l.hostname = '', l.user_context = NULL
WHERE l.state = 0 AND TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) = asked.expire
  AND l.duid = UNHEX(asked.duid) AND l.iaid = asked.iaid AND l.lease_type = asked.lease_type
