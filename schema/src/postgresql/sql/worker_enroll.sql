-- A worker's first row, in the lowest slot that is free. The keys decide between two that come at
-- once: one name and one slot for each.
INSERT INTO worker (family, name, incarnation, slot, addresses, version, revision, in_flight,
                    sharing, draining, started, last_seen, last_error)
SELECT $1::bigint, $2::text, $3::bigint, min(free.slot), $4::text, $5::text, $6::text, $7::bigint / 100.0, $8::boolean, $9::boolean,
       clock_timestamp(), clock_timestamp(), $10::text
FROM (SELECT 0 AS slot UNION ALL SELECT slot + 1 FROM worker WHERE family = $1::bigint) free
WHERE NOT EXISTS (SELECT 1 FROM worker w WHERE w.family = $1::bigint AND w.slot = free.slot)
ON CONFLICT (family, name) DO NOTHING
