-- takes 16 parameters
-- gives expire

INSERT INTO lease6 AS held
    (address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source, valid_lifetime,
     subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, expire, state)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
        unixepoch('now') + 1 + ?10, 0)
ON CONFLICT (address) DO UPDATE SET
    duid = excluded.duid, iaid = excluded.iaid, lease_type = excluded.lease_type,
    prefix_len = excluded.prefix_len, pref_lifetime = excluded.pref_lifetime, hwaddr = excluded.hwaddr,
    hwtype = excluded.hwtype, hwaddr_source = excluded.hwaddr_source,
    subnet_id = excluded.subnet_id, fqdn_fwd = excluded.fqdn_fwd, fqdn_rev = excluded.fqdn_rev,
    hostname = excluded.hostname, pool_id = excluded.pool_id,
    user_context = CASE WHEN (held.state <> 1 AND held.duid = excluded.duid AND held.iaid = excluded.iaid
                             AND held.lease_type = excluded.lease_type) IS NOT TRUE
                        THEN excluded.user_context
                        WHEN excluded.user_context IS NULL THEN held.user_context
                        WHEN coalesce(json_valid(held.user_context), 0) = 0
                          OR json_type(held.user_context) <> 'object'
                          OR json_remove(held.user_context, '$.ISC') = '{}' THEN excluded.user_context
                        ELSE json_set(held.user_context, '$.ISC', json(json_extract(excluded.user_context, '$.ISC'))) END,
    valid_lifetime = CASE WHEN held.state = 0 AND held.expire > excluded.expire
                               AND held.expire - held.valid_lifetime > unixepoch('now') - 60
                          THEN held.valid_lifetime ELSE excluded.valid_lifetime END,
    expire = CASE WHEN held.state = 0 AND held.expire > excluded.expire
                       AND held.expire - held.valid_lifetime > unixepoch('now') - 60
                  THEN held.expire ELSE excluded.expire END, state = 0
WHERE held.state = 2
   OR held.expire <= unixepoch('now')
   OR (held.state = 0 AND held.duid = excluded.duid AND held.iaid = excluded.iaid
       AND held.lease_type = excluded.lease_type AND held.prefix_len = excluded.prefix_len)
RETURNING expire
