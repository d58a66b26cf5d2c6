-- A row inside of new prefixes that is not reclaimed, if there is any; see lease6_around.sql. Mostly there is
-- none inside of all that a batch claims; else this is asked of each.
SELECT l.address
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE (?) AND l.state <> 2
LIMIT 1
