-- Rows of workers that nobody heard of for a day. Whoever is first deletes them.
DELETE FROM worker WHERE family = ? AND last_seen < UTC_TIMESTAMP(6) - INTERVAL 1 DAY
