-- takes 1 parameters
-- gives address, claim, expire

SELECT l.address, l.claim, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire
FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?)
