-- Reclaimed rows of a pool, those first whose clients have been away the longest. By the index of what a
-- subnet's clients gave back, in its order: OFFSET 0 keeps the planner from reading the whole pool
-- instead. Nothing is locked, as what is free here is only proposed.
SELECT l.address
FROM (SELECT address FROM lease6 WHERE state = 2 AND subnet_id = $1::bigint ORDER BY expire OFFSET 0) l
WHERE l.address BETWEEN $2 AND $3
LIMIT $4::bigint
