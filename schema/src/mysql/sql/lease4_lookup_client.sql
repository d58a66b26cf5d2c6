-- Rows of clients, each with the number of the question it answers. An arm of a lookup of its own, as are
-- hardware addresses and addresses: a batch rarely asks for all, and an arm that nobody asks for costs the
-- server a third of the whole. An index scan, whatever the optimizer thinks of the table's size; nothing is locked.
SELECT q.n, 0 AS arm,
       TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), l.expire) - (MICROSECOND(UTC_TIMESTAMP(6)) > 0) AS remaining,
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM JSON_TABLE(?, '$[*]' COLUMNS (n INT PATH '$[0]', client VARCHAR(512) PATH '$[1]')) q
STRAIGHT_JOIN lease4 l FORCE INDEX (lease4_one_per_client) ON l.client_key = UNHEX(q.client)
