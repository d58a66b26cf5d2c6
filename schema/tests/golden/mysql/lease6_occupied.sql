-- takes 2 parameters
-- gives address, len, expired

SELECT l.address, COALESCE(l.prefix_len, 128) AS len, l.expire <= UTC_TIMESTAMP(6) AS expired
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address BETWEEN ? AND ? AND l.state <> 2
