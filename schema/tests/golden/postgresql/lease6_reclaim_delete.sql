-- takes int8
-- gives address inet, duid bytea, iaid int4, lease_type int2, prefix_len int2, pref_lifetime int8, hwaddr bytea, hwtype int2, hwaddr_source int2, valid_lifetime int8, expire int8, subnet_id int8, fqdn_fwd bool, fqdn_rev bool, hostname varchar, state int8, user_context text, pool_id int8

WITH due AS (
    SELECT address FROM lease6
    WHERE state <> 2 AND expire < now() AND valid_lifetime <> 4294967295
    ORDER BY expire LIMIT $1::bigint FOR UPDATE SKIP LOCKED
)
DELETE FROM lease6 l USING due WHERE l.address = due.address
RETURNING l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM greatest(l.expire, timestamptz 'epoch'))::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
