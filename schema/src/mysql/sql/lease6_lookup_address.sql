-- Rows of addresses; see lease6_lookup_client.sql.
SELECT q.n, 2 AS arm,
       TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.expire) - (MICROSECOND(UTC_TIMESTAMP(6)) > 0) AS remaining,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]', address CHAR(32) PATH '$[1]')) q
STRAIGHT_JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(q.address)
