-- takes 12 parameters
-- gives 

INSERT INTO worker (family, name, incarnation, slot, addresses, version, revision, in_flight,
                    sharing, draining, started, last_seen, last_error)
SELECT ?, CONVERT(? USING utf8mb4), ?, MIN(free.slot), CONVERT(? USING utf8mb4),
       CONVERT(? USING utf8mb4), CONVERT(? USING utf8mb4), ? / 100, ?, ?,
       UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), CONVERT(? USING utf8mb4)
FROM (SELECT 0 AS slot UNION ALL SELECT slot + 1 FROM worker WHERE family = ?) free
WHERE NOT EXISTS (SELECT 1 FROM worker w WHERE w.family = ? AND w.slot = free.slot)
