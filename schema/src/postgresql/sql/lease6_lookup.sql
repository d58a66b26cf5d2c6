-- Rows of clients (arm 0), of hardware addresses (arm 1), and of addresses (arm 2), each with the number of the question
-- it answers. Where an address is the base of what would contain a prefix, its row is wanted only if it is not reclaimed
-- and no longer than given; the last arm gives the first such row of each range. Four index scans per batch; nothing
-- is locked.
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
FROM unnest($5::integer[], $6::inet[], $7::smallint[]) AS q (n, address, longest) JOIN lease6 l ON l.address = q.address
WHERE q.longest IS NULL OR (l.state <> 2 AND coalesce(l.prefix_len, 128) <= q.longest)
UNION ALL
SELECT q.n, 2::smallint, floor(extract(epoch FROM l.expire - now()))::bigint,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM unnest($8::integer[], $9::inet[], $10::inet[]) AS q (n, low, high)
CROSS JOIN LATERAL (SELECT * FROM lease6 i WHERE i.address BETWEEN q.low AND q.high AND i.state <> 2
                    ORDER BY i.address LIMIT 1) l
