-- A row in some ranges that is not reclaimed, if there is any: inside of new prefixes (see lease6_around.sql), or
-- of those that a lookup is about. Mostly there is none in all that a batch asks; else it is asked of each.
SELECT l.address
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE (?) AND l.state <> 2
LIMIT 1
