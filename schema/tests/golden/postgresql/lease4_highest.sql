-- takes int8, int8
-- gives address int8

SELECT l.address
FROM lease4 l
WHERE l.address BETWEEN $1 AND $2
ORDER BY l.address DESC
LIMIT 1
