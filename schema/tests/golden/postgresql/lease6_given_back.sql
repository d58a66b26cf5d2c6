-- takes int8, inet, inet, int8
-- gives address inet

SELECT l.address
FROM lease6 l
WHERE l.state = 2 AND l.subnet_id = $1::bigint AND l.address BETWEEN $2 AND $3
ORDER BY l.expire
LIMIT $4::bigint
