-- Rows of clients (arm 0), of hardware addresses (arm 1), of addresses and the first of each span that is in the way
-- of a prefix (arm 2), one that is not reclaimed; each with the number of the question it answers. Four index
-- scans per batch; nothing is locked.
SELECT q.n, 0::smallint AS arm, floor(extract(epoch FROM l.expire - now()))::bigint AS remaining,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM unnest($1::integer[], $2::bytea[]) AS q (n, client) JOIN lease6 l ON l.duid = q.client
UNION ALL
SELECT q.n, 1::smallint, floor(extract(epoch FROM l.expire - now()))::bigint,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM unnest($3::integer[], $4::bytea[]) AS q (n, hwaddr) JOIN lease6 l ON l.hwaddr = q.hwaddr
UNION ALL
SELECT q.n, 2::smallint, floor(extract(epoch FROM l.expire - now()))::bigint,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM unnest($5::integer[], $6::inet[]) AS q (n, address) JOIN lease6 l ON l.address = q.address
UNION ALL
SELECT q.n, 2::smallint, floor(extract(epoch FROM l.expire - now()))::bigint,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM unnest($7::integer[], $8::inet[], $9::inet[], $10::smallint[]) AS q (n, low, high, longest)
CROSS JOIN LATERAL (SELECT * FROM lease6 i
                    WHERE i.address BETWEEN q.low AND q.high AND i.state <> 2
                      AND coalesce(i.prefix_len, 128) <= q.longest
                    ORDER BY i.address LIMIT 1) l
