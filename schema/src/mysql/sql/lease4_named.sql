-- The rows that a batch changes, as they are before it: their names may have to go. They stay locked in the order of
-- their addresses, so that nobody changes a name between this look and the change.
SELECT
       l.address, l.hwaddr, l.client_id, l.valid_lifetime, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?)
ORDER BY l.address
FOR UPDATE
