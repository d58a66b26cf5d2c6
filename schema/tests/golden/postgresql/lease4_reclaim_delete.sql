-- takes int8
-- gives address int8, hwaddr bytea, client_id bytea, valid_lifetime int8, expire int8, subnet_id int8, fqdn_fwd bool, fqdn_rev bool, hostname varchar, state int8, user_context text, pool_id int8

WITH due AS (
    SELECT address FROM lease4
    WHERE state <> 2 AND expire < now() AND valid_lifetime <> 4294967295
    ORDER BY expire LIMIT $1::bigint FOR UPDATE SKIP LOCKED
)
DELETE FROM lease4 l USING due WHERE l.address = due.address
RETURNING l.address, l.hwaddr, l.client_id, l.valid_lifetime, extract(epoch FROM greatest(l.expire, timestamptz 'epoch'))::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
