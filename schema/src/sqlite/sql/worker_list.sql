-- All workers of a family by slot, with what the clock says of each.
SELECT name, incarnation, slot, addresses, version, revision,
       CAST(in_flight * 100 AS INTEGER), sharing, draining, ended IS NOT NULL,
       CAST(started AS INTEGER), CAST(last_seen AS INTEGER),
       CAST((unixepoch('subsec') - last_seen) * 1000 AS INTEGER), last_error
FROM worker WHERE family = ?1 ORDER BY slot
