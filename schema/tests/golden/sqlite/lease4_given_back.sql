-- takes 4 parameters
-- gives address

SELECT l.address
FROM lease4 l
WHERE l.state = 2 AND l.subnet_id = ?1 AND l.address BETWEEN ?2 AND ?3
ORDER BY l.expire
LIMIT ?4
