-- A worker signs off. Guard: the row is still its own.
UPDATE worker SET draining = true, ended = clock_timestamp()
WHERE family = $1::bigint AND name = $2::text AND incarnation = $3::bigint
