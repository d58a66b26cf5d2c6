-- takes 2 parameters
-- gives address, len, expired

SELECT l.address, 32 AS len, l.expire <= unixepoch() AS expired
FROM lease4 l
WHERE l.address BETWEEN ?1 AND ?2 AND l.state <> 2
