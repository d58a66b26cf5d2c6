-- Rows of clients (arm 0), of hardware addresses (arm 1) and of addresses (arm 2), each with the
-- number of the question it answers. Three index scans per batch, whatever the optimizer thinks of
-- the table's size; nothing is locked.
SELECT q.n, 0 AS arm,
       TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.expire) - (MICROSECOND(UTC_TIMESTAMP(6)) > 0) AS remaining,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM JSON_TABLE(?, '$.c[*]' COLUMNS (n INT PATH '$[0]', client VARCHAR(512) PATH '$[1]')) q
STRAIGHT_JOIN lease6 l FORCE INDEX (lease6_one_per_ia) ON l.duid = UNHEX(q.client)
UNION ALL
SELECT q.n, 1,
       TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.expire) - (MICROSECOND(UTC_TIMESTAMP(6)) > 0),
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM JSON_TABLE(?, '$.h[*]' COLUMNS (n INT PATH '$[0]', hwaddr VARCHAR(510) PATH '$[1]')) q
STRAIGHT_JOIN lease6 l FORCE INDEX (lease6_by_hwaddr) ON l.hwaddr = UNHEX(q.hwaddr)
UNION ALL
SELECT q.n, 2,
       TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.expire) - (MICROSECOND(UTC_TIMESTAMP(6)) > 0),
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM JSON_TABLE(?, '$.a[*]' COLUMNS (n INT PATH '$[0]', address CHAR(32) PATH '$[1]')) q
STRAIGHT_JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(q.address)
