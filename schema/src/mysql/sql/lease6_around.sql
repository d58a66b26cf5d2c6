-- Rows at the bases of what would contain prefixes, if they are not reclaimed and short enough to reach one of them
-- (the first parameter), with their lengths: each is in the way of those that it reaches. Before a claim
-- prefix_lock.sql goes, so that nobody adds one meanwhile. A row that expired counts, as its client may be renewing it
-- at this moment.
SELECT l.address, COALESCE(l.prefix_len, 128) AS len
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE COALESCE(l.prefix_len, 128) <= ? AND l.address IN (?) AND l.state <> 2
