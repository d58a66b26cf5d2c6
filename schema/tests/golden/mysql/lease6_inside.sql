-- takes 1 parameters
-- gives address

SELECT l.address
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE (?) AND l.state <> 2
LIMIT 1
