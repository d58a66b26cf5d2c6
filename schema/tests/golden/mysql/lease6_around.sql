-- takes 2 parameters
-- gives address, len

SELECT l.address, COALESCE(l.prefix_len, 128) AS len
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE COALESCE(l.prefix_len, 128) <= ? AND l.address IN (?) AND l.state <> 2
