-- A row that a batch changes, as it is before it: its name may have to go. Read within the transaction that
-- changes it.
SELECT l.address, l.hwaddr, l.client_id, l.valid_lifetime, l.expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease4 l
WHERE l.address = ?1
