-- takes 1 parameters
-- gives address, len

SELECT l.address, COALESCE(l.prefix_len, 128) AS len
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?) AND l.state <> 2
