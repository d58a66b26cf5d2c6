-- All workers of a family by slot, with what the database's clock says of each.
SELECT name, incarnation, slot::bigint, addresses, version, revision,
       (in_flight * 100)::bigint, sharing, draining, ended IS NOT NULL,
       floor(extract(epoch FROM started))::bigint,
       floor(extract(epoch FROM last_seen))::bigint,
       floor(extract(epoch FROM clock_timestamp() - last_seen) * 1000)::bigint,
       last_error
FROM worker WHERE family = $1::bigint ORDER BY slot
