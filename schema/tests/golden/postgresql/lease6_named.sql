-- takes _inet
-- gives address inet, duid bytea, iaid int4, lease_type int2, prefix_len int2, pref_lifetime int8, hwaddr bytea, hwtype int2, hwaddr_source int2, valid_lifetime int8, expire int8, subnet_id int8, fqdn_fwd bool, fqdn_rev bool, hostname varchar, state int8, user_context text, pool_id int8

SELECT l.address, l.duid, l.iaid, l.lease_type, l.prefix_len, l.pref_lifetime, l.hwaddr, l.hwtype, l.hwaddr_source,
       l.valid_lifetime, extract(epoch FROM l.expire)::bigint AS expire,
       l.subnet_id, l.fqdn_fwd, l.fqdn_rev, l.hostname, l.state, l.user_context, l.pool_id
FROM lease6 l
WHERE l.address = ANY($1::inet[])
ORDER BY l.address
FOR UPDATE
