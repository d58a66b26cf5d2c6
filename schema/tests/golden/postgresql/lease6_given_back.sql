-- takes int8, inet, inet, int8
-- gives address inet

SELECT l.address
FROM (SELECT address FROM lease6 WHERE state = 2 AND subnet_id = $1::bigint ORDER BY expire OFFSET 0) l
WHERE l.address BETWEEN $2 AND $3
LIMIT $4::bigint
