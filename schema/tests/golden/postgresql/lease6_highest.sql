-- takes inet, inet
-- gives address inet

SELECT l.address
FROM lease6 l
WHERE l.address BETWEEN $1 AND $2
ORDER BY l.address DESC
LIMIT 1
