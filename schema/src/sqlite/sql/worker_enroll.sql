-- A worker's first row, in the lowest slot that is free. The file's write lock decides between two
-- that come at once, and the keys keep names and slots apart.
INSERT INTO worker (family, name, incarnation, slot, addresses, version, revision, in_flight,
                    sharing, draining, started, last_seen, last_error)
SELECT ?1, ?2, ?3, min(free.slot), ?4, ?5, ?6, ?7 / 100.0, ?8, ?9,
       unixepoch('subsec'), unixepoch('subsec'), ?10
FROM (SELECT 0 AS slot UNION ALL SELECT slot + 1 FROM worker WHERE family = ?1) free
WHERE NOT EXISTS (SELECT 1 FROM worker w WHERE w.family = ?1 AND w.slot = free.slot)
ON CONFLICT (family, name) DO NOTHING
