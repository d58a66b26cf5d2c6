-- Reclaimed rows of a pool, those first whose clients have been away the longest. By the index of what a
-- subnet's clients gave back; nothing is locked, as what is free here is only proposed.
SELECT l.address
FROM lease6 l FORCE INDEX (lease6_given_back)
WHERE l.given_back_by = ? AND l.address BETWEEN ? AND ?
ORDER BY l.given_back_at
LIMIT ?
