-- takes int8, int8, int8, int8
-- gives address int8

SELECT l.address
FROM lease4 l
WHERE l.state = 2 AND l.subnet_id = $1::bigint AND l.address BETWEEN $2 AND $3
ORDER BY l.expire
LIMIT $4::bigint
