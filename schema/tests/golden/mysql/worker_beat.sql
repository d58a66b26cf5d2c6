-- takes 14 parameters
-- gives 

UPDATE worker SET
    started = CASE WHEN incarnation = ? THEN started ELSE UTC_TIMESTAMP(6) END,
    incarnation = ?, addresses = CONVERT(? USING utf8mb4), version = CONVERT(? USING utf8mb4),
    revision = CONVERT(? USING utf8mb4), in_flight = ? / 100, sharing = ?, draining = ?,
    last_error = CONVERT(? USING utf8mb4), last_seen = UTC_TIMESTAMP(6), ended = NULL
WHERE family = ? AND name = CONVERT(? USING utf8mb4)
  AND (incarnation = ? OR ended IS NOT NULL
       OR last_seen < UTC_TIMESTAMP(6) - INTERVAL 3 SECOND
       OR (? AND addresses = CONVERT(? USING utf8mb4)))
