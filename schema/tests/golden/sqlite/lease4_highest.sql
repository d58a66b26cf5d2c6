-- takes 2 parameters
-- gives address

SELECT l.address
FROM lease4 l
WHERE l.address BETWEEN ?1 AND ?2
ORDER BY l.address DESC
LIMIT 1
