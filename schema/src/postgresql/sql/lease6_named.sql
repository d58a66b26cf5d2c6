-- The rows that a batch changes, as they are before it: their names may have to go. They stay locked in the order of
-- their addresses, so that nobody changes a name between this look and the change.
SELECT l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease6 l
WHERE l.address = ANY($1::inet[])
ORDER BY l.address
FOR UPDATE
