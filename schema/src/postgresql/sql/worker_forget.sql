-- Rows of workers that nobody heard of for a day. Whoever is first deletes them.
DELETE FROM worker WHERE family = $1::bigint AND last_seen < clock_timestamp() - interval '1 day'
