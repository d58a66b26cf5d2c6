-- A worker renews its row. Guard: the row is its own, or nobody's any more: its owner signed off,
-- fell silent, or is an earlier process at the same addresses, which a worker may say of its first
-- beat only (the last parameter). Any other row with its name belongs to another process and stays.
-- The columns that the guard reads are set after "started", which reads them too.
UPDATE worker SET
    started = CASE WHEN incarnation = ? THEN started ELSE UTC_TIMESTAMP(6) END,
    incarnation = ?, addresses = CONVERT(? USING utf8mb4), version = CONVERT(? USING utf8mb4),
    revision = CONVERT(? USING utf8mb4), in_flight = ? / 100, sharing = ?, draining = ?,
    last_error = CONVERT(? USING utf8mb4), last_seen = UTC_TIMESTAMP(6), ended = NULL
WHERE family = ? AND name = CONVERT(? USING utf8mb4)
  AND (incarnation = ? OR ended IS NOT NULL
       OR last_seen < UTC_TIMESTAMP(6) - INTERVAL 3 SECOND
       OR (? AND addresses = CONVERT(? USING utf8mb4)))
