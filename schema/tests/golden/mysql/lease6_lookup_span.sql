-- takes 1 parameters
-- gives n, arm, remaining, address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state, user_context, pool_id

SELECT q.n, 2 AS arm,
       TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.expire) - (MICROSECOND(UTC_TIMESTAMP(6)) > 0) AS remaining,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]', low CHAR(32) PATH '$[1]', high CHAR(32) PATH '$[2]',
                                   longest TINYINT UNSIGNED PATH '$[3]')) q
STRAIGHT_JOIN lease6 l FORCE INDEX (PRIMARY)
    ON l.address = (SELECT i.address
                    FROM JSON_TABLE(JSON_ARRAY(q.low, q.high), '$' COLUMNS (low CHAR(32) PATH '$[0]',
                                                                           high CHAR(32) PATH '$[1]')) r
                    STRAIGHT_JOIN lease6 i FORCE INDEX (PRIMARY) ON i.address BETWEEN UNHEX(r.low) AND UNHEX(r.high)
                    WHERE i.state <> 2 AND COALESCE(i.prefix_len, 128) <= q.longest
                    LIMIT 1)
