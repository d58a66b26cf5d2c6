-- Renew prefixes, each only if its client has this very lease, expired or not: then nothing overlaps it. The
-- guard is read under the row's lock. A lease that is younger than a minute and ends later keeps its end, as with
-- claims; that is decided for `expire` first, and alike for its lifetime, whether that sees the old end or the new one.
UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
           address CHAR(32) PATH '$[0]', duid VARCHAR(510) PATH '$[1]', iaid INT UNSIGNED PATH '$[2]',
           lease_type TINYINT UNSIGNED PATH '$[3]', prefix_len TINYINT UNSIGNED PATH '$[4]',
           pref_lifetime INT UNSIGNED PATH '$[5]', hwaddr VARCHAR(510) PATH '$[6]',
           hwtype SMALLINT UNSIGNED PATH '$[7]', hwaddr_source SMALLINT UNSIGNED PATH '$[8]',
           valid_lifetime INT UNSIGNED PATH '$[9]', subnet_id INT UNSIGNED PATH '$[10]', fqdn_fwd BOOLEAN PATH '$[11]',
           fqdn_rev BOOLEAN PATH '$[12]', hostname VARCHAR(2040) PATH '$[13]', user_context LONGTEXT PATH '$[14]',
           pool_id INT UNSIGNED PATH '$[15]', claim BIGINT UNSIGNED PATH '$[16]')) asked
STRAIGHT_JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(asked.address)
SET l.pref_lifetime = asked.pref_lifetime, l.hwaddr = UNHEX(asked.hwaddr), l.hwtype = asked.hwtype,
    l.hwaddr_source = asked.hwaddr_source,
    l.expire = IF(l.expire > TIMESTAMPADD(SECOND, asked.valid_lifetime + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP())
                  AND l.expire > TIMESTAMPADD(SECOND, l.valid_lifetime, UTC_TIMESTAMP() - INTERVAL 60 SECOND),
                  l.expire,
                  TIMESTAMPADD(SECOND, asked.valid_lifetime + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP())),
    l.valid_lifetime = IF(l.expire > TIMESTAMPADD(SECOND, asked.valid_lifetime + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP())
                          AND l.expire > TIMESTAMPADD(SECOND, l.valid_lifetime, UTC_TIMESTAMP() - INTERVAL 60 SECOND),
                          l.valid_lifetime, asked.valid_lifetime),
    l.subnet_id = asked.subnet_id, l.fqdn_fwd = asked.fqdn_fwd, l.fqdn_rev = asked.fqdn_rev,
    l.hostname = CONVERT(UNHEX(asked.hostname) USING utf8mb4),
    l.user_context = CONVERT(UNHEX(asked.user_context) USING utf8mb4), l.pool_id = asked.pool_id, l.claim = asked.claim
WHERE l.state = 0 AND l.duid = UNHEX(asked.duid) AND l.iaid = asked.iaid AND l.lease_type = asked.lease_type
  AND l.prefix_len = asked.prefix_len
