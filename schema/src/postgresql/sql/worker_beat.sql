-- A worker renews its row. Guard: the row is its own, or nobody's any more: its owner signed off,
-- fell silent, or is an earlier process at the same addresses, which a worker may say of its first
-- beat only ($11). Any other row with its name belongs to another process and stays.
UPDATE worker SET
    started = CASE WHEN incarnation = $3::bigint THEN started ELSE clock_timestamp() END,
    incarnation = $3::bigint, addresses = $4::text, version = $5::text, revision = $6::text,
    in_flight = $7::bigint / 100.0, sharing = $8::boolean, draining = $9::boolean, last_error = $10::text,
    last_seen = clock_timestamp(), ended = NULL
WHERE family = $1::bigint AND name = $2::text
  AND (incarnation = $3::bigint OR ended IS NOT NULL
       OR last_seen < clock_timestamp() - interval '3 seconds'
       OR ($11::boolean AND addresses = $4::text))
