-- takes inet, inet
-- gives address inet, len int4, expired bool

SELECT l.address, coalesce(l.prefix_len, 128) AS len, l.expire <= now() AS expired
FROM lease6 l
WHERE l.address BETWEEN $1 AND $2 AND l.state <> 2
