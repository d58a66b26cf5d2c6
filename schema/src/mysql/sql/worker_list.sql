-- All workers of a family by slot, with what the database's clock says of each.
SELECT name, incarnation, slot, addresses, version, revision,
       CAST(in_flight * 100 AS SIGNED), sharing, draining, ended IS NOT NULL,
       TIMESTAMPDIFF(SECOND, '1970-01-01', started), TIMESTAMPDIFF(SECOND, '1970-01-01', last_seen),
       TIMESTAMPDIFF(MICROSECOND, last_seen, UTC_TIMESTAMP(6)) DIV 1000, last_error
FROM worker WHERE family = ? ORDER BY slot
