-- takes int8, int8, int8, int8
-- gives address int8

SELECT l.address
FROM (SELECT address FROM lease4 WHERE state = 2 AND subnet_id = $1::bigint ORDER BY expire OFFSET 0) l
WHERE l.address BETWEEN $2 AND $3
LIMIT $4::bigint
