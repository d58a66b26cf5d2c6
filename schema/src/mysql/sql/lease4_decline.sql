-- Set aside what its holder found in use, as it was found: nobody's until the probation is over.
UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
         address INT UNSIGNED PATH '$[0]', hwaddr VARCHAR(510) PATH '$[1]', client_id VARCHAR(510) PATH '$[2]',
         expire BIGINT PATH '$[3]', probation INT UNSIGNED PATH '$[4]')) asked
STRAIGHT_JOIN lease4 l FORCE INDEX (PRIMARY) ON l.address = asked.address
SET l.state = 1, l.hwaddr = '', l.client_id = NULL, l.valid_lifetime = asked.probation,
    l.expire = TIMESTAMPADD(SECOND, asked.probation + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP()),
    l.fqdn_fwd = 0, l.fqdn_rev = 0, l.hostname = '', l.user_context = NULL
WHERE l.state = 0 AND TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) = asked.expire
  AND CASE WHEN asked.client_id IS NOT NULL AND l.client_id IS NOT NULL
           THEN l.client_id = UNHEX(asked.client_id) ELSE l.hwaddr = UNHEX(asked.hwaddr) END
