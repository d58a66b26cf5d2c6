-- The first row of a span that is in the way of a prefix (arm 2), one that is not reclaimed, with the number of the
-- question it answers; nothing is locked.
SELECT ?1 AS question, 2 AS arm, l.expire - (unixepoch('now') + 1) AS remaining,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, l.expire, l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease6 l
WHERE l.address BETWEEN ?2 AND ?3 AND l.state <> 2 AND coalesce(l.prefix_len, 128) <= ?4
ORDER BY l.address
LIMIT 1
