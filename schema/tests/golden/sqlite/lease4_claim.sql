-- takes 12 parameters
-- gives expire

INSERT INTO lease4 AS held
    (address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context,
     pool_id, expire, state)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, unixepoch('now') + 1 + ?6, 0)
ON CONFLICT (address) DO UPDATE SET
    hwaddr = excluded.hwaddr, client_id = excluded.client_id,
    subnet_id = excluded.subnet_id, fqdn_fwd = excluded.fqdn_fwd, fqdn_rev = excluded.fqdn_rev,
    hostname = excluded.hostname, pool_id = excluded.pool_id,
    user_context = CASE WHEN (held.state <> 1
                             AND CASE WHEN excluded.client_id IS NOT NULL AND held.client_id IS NOT NULL
                                      THEN held.client_id = excluded.client_id
                                      ELSE held.hwaddr = excluded.hwaddr END) IS NOT TRUE
                        THEN excluded.user_context
                        WHEN excluded.user_context IS NULL THEN held.user_context
                        WHEN coalesce(json_valid(held.user_context), 0) = 0
                          OR json_type(held.user_context) <> 'object'
                          OR json_remove(held.user_context, '$.ISC') = '{}' THEN excluded.user_context
                        ELSE json_set(held.user_context, '$.ISC', json(json_extract(excluded.user_context, '$.ISC'))) END,
    relay_id = CASE WHEN excluded.user_context IS NULL
                             AND held.state <> 1
                             AND CASE WHEN excluded.client_id IS NOT NULL AND held.client_id IS NOT NULL
                                      THEN held.client_id = excluded.client_id
                                      ELSE held.hwaddr = excluded.hwaddr END
                        THEN held.relay_id ELSE excluded.relay_id END,
    remote_id = CASE WHEN excluded.user_context IS NULL
                             AND held.state <> 1
                             AND CASE WHEN excluded.client_id IS NOT NULL AND held.client_id IS NOT NULL
                                      THEN held.client_id = excluded.client_id
                                      ELSE held.hwaddr = excluded.hwaddr END
                        THEN held.remote_id ELSE excluded.remote_id END,
    valid_lifetime = CASE WHEN held.state = 0 AND held.expire > excluded.expire
                               AND held.expire - held.valid_lifetime > unixepoch('now') - 60
                          THEN held.valid_lifetime ELSE excluded.valid_lifetime END,
    expire = CASE WHEN held.state = 0 AND held.expire > excluded.expire
                       AND held.expire - held.valid_lifetime > unixepoch('now') - 60
                  THEN held.expire ELSE excluded.expire END, state = 0
WHERE held.state = 2
   OR held.expire <= unixepoch('now')
   OR (held.state = 0 AND CASE WHEN excluded.client_id IS NOT NULL AND held.client_id IS NOT NULL
                THEN held.client_id = excluded.client_id
                ELSE held.hwaddr = excluded.hwaddr END)
RETURNING expire
