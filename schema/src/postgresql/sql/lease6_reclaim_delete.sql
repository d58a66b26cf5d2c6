-- Delete expired rows, oldest first. Each row is taken by one worker: SKIP LOCKED, and the guard
-- is read again under the lock, so a lease renewed meanwhile stays.
-- One that ended at no time that can be told, which no worker writes, ended in 1970.
WITH due AS (
    SELECT address FROM lease6
    WHERE state <> 2 AND expire < now() AND valid_lifetime <> 4294967295
    ORDER BY expire LIMIT $1::bigint FOR UPDATE SKIP LOCKED
)
DELETE FROM lease6 l USING due WHERE l.address = due.address
RETURNING l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM greatest(l.expire, timestamptz 'epoch'))::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
