-- A row that a batch changes, as it is before it: its name may have to go. Read within the transaction that
-- changes it.
SELECT l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, l.expire, l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease6 l
WHERE l.address = ?1
