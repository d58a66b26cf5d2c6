-- takes 4 parameters
-- gives address

SELECT l.address
FROM lease4 l FORCE INDEX (lease4_given_back)
WHERE l.given_back_by = ? AND l.address BETWEEN ? AND ?
ORDER BY l.given_back_at
LIMIT ?
