-- takes int8, int8
-- gives address int8, len int2, expired bool

SELECT l.address, 32::smallint AS len, l.expire <= now() AS expired
FROM lease4 l
WHERE l.address BETWEEN $1 AND $2 AND l.state <> 2
