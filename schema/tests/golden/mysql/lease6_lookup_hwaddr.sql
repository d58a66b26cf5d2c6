-- takes 1 parameters
-- gives n, arm, remaining, address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state, user_context, pool_id

SELECT q.n, 1 AS arm,
       TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.expire) - (MICROSECOND(UTC_TIMESTAMP(6)) > 0) AS remaining,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]', hwaddr VARCHAR(510) PATH '$[1]')) q
STRAIGHT_JOIN lease6 l FORCE INDEX (lease6_by_hwaddr) ON l.hwaddr = UNHEX(q.hwaddr)
