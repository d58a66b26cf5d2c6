-- End expired leases, oldest first, and keep the rows for their clients to come back to. A declined
-- row has no client and is deleted. Each row is taken by one worker: SKIP LOCKED, and the guard is
-- read again under the lock, so a lease renewed meanwhile stays.
-- One that ended at no time that can be told, which no worker writes, ended in 1970.
WITH due AS (
    SELECT * FROM lease4
    WHERE state <> 2 AND expire < now() AND valid_lifetime <> 4294967295
    ORDER BY expire LIMIT $1::bigint FOR UPDATE SKIP LOCKED
), kept AS (
    UPDATE lease4 SET state = 2, fqdn_fwd = false, fqdn_rev = false, hostname = ''
    FROM due WHERE lease4.address = due.address AND due.state = 0
), gone AS (
    DELETE FROM lease4 USING due WHERE lease4.address = due.address AND due.state = 1
)
SELECT l.address, l.hwaddr, l.client_id, l.valid_lifetime, extract(epoch FROM greatest(l.expire, timestamptz 'epoch'))::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM due l
