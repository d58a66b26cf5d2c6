-- Leases that expired, oldest first, as they were. Each row is taken by one worker: SKIP LOCKED, and
-- the guard is read under the lock, so a lease renewed meanwhile stays. The index gives the order, as
-- every row that is looked at gets locked.
SELECT
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l FORCE INDEX (lease4_by_expire)
WHERE l.reclaimed = 0 AND l.expire < UTC_TIMESTAMP(6) AND l.valid_lifetime <> 4294967295
ORDER BY l.expire LIMIT ?
FOR UPDATE SKIP LOCKED
