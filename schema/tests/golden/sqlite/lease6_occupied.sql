-- takes 2 parameters
-- gives address, len, expired

SELECT l.address, COALESCE(l.prefix_len, 128) AS len, l.expire <= unixepoch() AS expired
FROM lease6 l
WHERE l.address BETWEEN ?1 AND ?2 AND l.state <> 2
