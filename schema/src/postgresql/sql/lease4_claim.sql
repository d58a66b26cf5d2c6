-- Grant or renew. The primary key decides between clients: a new address is inserted, a row that
-- is there is taken over only if nobody holds it now or this client does; the guard is read under
-- the row's lock. The unique key of the client decides between workers that serve one client.
-- What is not returned was somebody else's, or is reserved for somebody: no claim that heeds
-- reservations is made against one. Where the client's own
-- lease is younger than a minute and ends later it keeps its end: what was decided late, or for an offer, must
-- not take back what the client was told since. What is kept with a lease stays with it while its client has it: a claim
-- that brings no context leaves that of the row, one that does puts it beside what others wrote there. "before" says what stood there as the statement began.
INSERT INTO lease4 AS held
    (address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state, user_context, pool_id)
SELECT asked.address, asked.hwaddr, asked.client_id, asked.relay_id, asked.remote_id, asked.valid_lifetime,
       date_trunc('second', now() + interval '999999 microseconds') + asked.valid_lifetime * interval '1 second',
       asked.subnet_id, asked.fqdn_fwd, asked.fqdn_rev, asked.hostname, 0, asked.user_context, asked.pool_id
FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[],
            $8::boolean[], $9::boolean[], $10::text[], $11::text[], $12::bigint[],
            $13::boolean[])
     AS asked (address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname,
               user_context, pool_id, heeds_hosts)
-- OFFSET 0 keeps the planner from reading all reservations into memory for it.
WHERE NOT (asked.heeds_hosts
           AND EXISTS (SELECT 1 FROM hosts h
                       WHERE h.dhcp4_subnet_id = asked.subnet_id AND h.ipv4_address = asked.address OFFSET 0))
ON CONFLICT (address) DO UPDATE SET
    hwaddr = excluded.hwaddr, client_id = excluded.client_id,
    valid_lifetime = CASE WHEN held.state = 0 AND held.expire > excluded.expire
                       AND held.expire - held.valid_lifetime * interval '1 second' > now() - interval '1 minute'
                  THEN held.valid_lifetime ELSE excluded.valid_lifetime END,
    expire = CASE WHEN held.state = 0 AND held.expire > excluded.expire
                       AND held.expire - held.valid_lifetime * interval '1 second' > now() - interval '1 minute'
                  THEN held.expire ELSE excluded.expire END,
    subnet_id = excluded.subnet_id, fqdn_fwd = excluded.fqdn_fwd,
    fqdn_rev = excluded.fqdn_rev, hostname = excluded.hostname, state = 0,
    user_context = CASE WHEN held.state <> 1
                          AND CASE WHEN excluded.client_id IS NOT NULL AND held.client_id IS NOT NULL
                                   THEN held.client_id = excluded.client_id
                                   ELSE held.hwaddr = excluded.hwaddr END
                        THEN CASE WHEN excluded.user_context IS NULL THEN held.user_context
                                  ELSE lease_context(held.user_context, excluded.user_context) END
                        ELSE excluded.user_context END,
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
    pool_id = excluded.pool_id
WHERE held.state = 2
   OR held.expire <= now()
   OR (held.state = 0
       AND CASE WHEN excluded.client_id IS NOT NULL AND held.client_id IS NOT NULL
                THEN held.client_id = excluded.client_id
                ELSE held.hwaddr = excluded.hwaddr END)
RETURNING address, extract(epoch FROM expire)::bigint AS expire,
    coalesce((SELECT CASE WHEN l.state = 2 THEN 0 WHEN l.expire <= now() THEN 2 + l.state ELSE 1 END
              FROM lease4 l WHERE l.address = held.address), 0)::bigint AS before
