-- Reclaimed rows of a pool, those first whose clients have been away the longest. By the index of what a
-- subnet's clients gave back; nothing is locked, as what is free here is only proposed.
SELECT l.address
FROM lease6 l
WHERE l.state = 2 AND l.subnet_id = ?1 AND l.address BETWEEN ?2 AND ?3
ORDER BY l.expire
LIMIT ?4
