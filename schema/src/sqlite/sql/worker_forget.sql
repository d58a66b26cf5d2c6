-- Rows of workers that nobody heard of for a day. Whoever is first deletes them.
DELETE FROM worker WHERE family = ?1 AND last_seen < unixepoch('subsec') - 86400
