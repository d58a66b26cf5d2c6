-- Rows of a hardware address (arm 1), each with the number of the question it answers; nothing is locked.
SELECT ?1 AS question, 1 AS arm, l.expire - (unixepoch('now') + 1) AS remaining,
       l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, l.expire, l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease6 l
WHERE l.hwaddr = ?2
