-- takes 2 parameters
-- gives address

SELECT l.address
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address BETWEEN ? AND ?
ORDER BY l.address DESC
LIMIT 1
