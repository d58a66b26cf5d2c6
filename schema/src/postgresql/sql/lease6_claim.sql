-- Grant or renew; see lease4_claim.sql. A row that is held as another kind or length is taken.
-- A prefix that is to be renewed must be its client's: the row is locked before it is looked at, so
-- that it stays so. Any other prefix must have no row in its spans that is not reclaimed; they are
-- the bases of what would contain it and its inside. prefix_lock.sql goes before, so that nobody adds
-- one meanwhile. A row that expired counts, as its client may be renewing it at this moment.
WITH asked AS MATERIALIZED (
    SELECT *
    FROM unnest($1::inet[], $2::bytea[], $3::integer[], $4::smallint[], $5::smallint[], $6::bigint[],
                $7::bytea[], $8::smallint[], $9::smallint[], $10::bigint[], $11::bigint[], $12::boolean[],
                $13::boolean[], $14::text[], $15::text[], $16::bigint[], $17::boolean[])
         WITH ORDINALITY
         AS a (address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source,
               valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, renews, n)
), renewed AS MATERIALIZED (
    SELECT asked.n
    FROM asked
    CROSS JOIN LATERAL (SELECT FROM lease6 l
                        WHERE l.address = asked.address AND l.state = 0 AND l.duid = asked.duid
                          AND l.iaid = asked.iaid AND l.lease_type = asked.lease_type
                          AND l.prefix_len = asked.prefix_len
                        LIMIT 1 FOR NO KEY UPDATE) own
    WHERE asked.renews
), occupied AS MATERIALIZED (
    SELECT span.number
    FROM unnest($18::inet[], $19::inet[], $20::smallint[]) WITH ORDINALITY AS span (low, high, longest, number)
    CROSS JOIN LATERAL (SELECT FROM lease6 l
                        WHERE l.address BETWEEN span.low AND span.high AND l.state <> 2
                          AND coalesce(l.prefix_len, 128) <= span.longest
                        ORDER BY l.address LIMIT 1) other
), overlapped AS MATERIALIZED (
    SELECT pair.n
    FROM unnest($21::bigint[], $22::bigint[]) AS pair (n, span)
    WHERE pair.span IN (SELECT number FROM occupied)
)
INSERT INTO lease6 AS held
    (address, duid, valid_lifetime, expire, subnet_id, pref_lifetime, lease_type, iaid, prefix_len,
     fqdn_fwd, fqdn_rev, hostname, state, hwaddr, hwtype, hwaddr_source, user_context, pool_id)
SELECT asked.address, asked.duid, asked.valid_lifetime,
       date_trunc('second', now() + interval '999999 microseconds') + asked.valid_lifetime * interval '1 second',
       asked.subnet_id, asked.pref_lifetime, asked.lease_type, asked.iaid, asked.prefix_len,
       asked.fqdn_fwd, asked.fqdn_rev, asked.hostname, 0, asked.hwaddr, asked.hwtype, asked.hwaddr_source,
       asked.user_context, asked.pool_id
FROM asked
WHERE CASE WHEN asked.renews THEN asked.n IN (SELECT n FROM renewed)
           ELSE asked.n NOT IN (SELECT n FROM overlapped) END
ON CONFLICT (address) DO UPDATE SET
    duid = excluded.duid,
    valid_lifetime = CASE WHEN held.state = 0 AND held.expire > excluded.expire
                       AND held.expire - held.valid_lifetime * interval '1 second' > now() - interval '1 minute'
                  THEN held.valid_lifetime ELSE excluded.valid_lifetime END,
    expire = CASE WHEN held.state = 0 AND held.expire > excluded.expire
                       AND held.expire - held.valid_lifetime * interval '1 second' > now() - interval '1 minute'
                  THEN held.expire ELSE excluded.expire END,
    subnet_id = excluded.subnet_id, pref_lifetime = excluded.pref_lifetime, lease_type = excluded.lease_type,
    iaid = excluded.iaid, prefix_len = excluded.prefix_len, fqdn_fwd = excluded.fqdn_fwd,
    fqdn_rev = excluded.fqdn_rev, hostname = excluded.hostname, state = 0, hwaddr = excluded.hwaddr,
    hwtype = excluded.hwtype, hwaddr_source = excluded.hwaddr_source,
    user_context = CASE WHEN held.state <> 1 AND held.duid = excluded.duid AND held.iaid = excluded.iaid
                          AND held.lease_type = excluded.lease_type
                        THEN CASE WHEN excluded.user_context IS NULL THEN held.user_context
                                  ELSE lease_context(held.user_context, excluded.user_context) END
                        ELSE excluded.user_context END,
    pool_id = excluded.pool_id
WHERE held.state = 2
   OR held.expire <= now()
   OR (held.state = 0 AND held.duid = excluded.duid AND held.iaid = excluded.iaid
       AND held.lease_type = excluded.lease_type AND held.prefix_len = excluded.prefix_len)
RETURNING address, extract(epoch FROM expire)::bigint AS expire,
    coalesce((SELECT CASE WHEN l.state = 2 THEN 0 WHEN l.expire <= now() THEN 2 + l.state ELSE 1 END
              FROM lease6 l WHERE l.address = held.address), 0)::bigint AS before
