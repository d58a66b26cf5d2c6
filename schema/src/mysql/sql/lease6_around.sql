-- Rows at the bases of what would contain new prefixes, if they are not reclaimed, with their lengths: those
-- that are short enough to reach one are in its way. prefix_lock.sql goes before, so that nobody adds one
-- meanwhile. A row that expired counts, as its client may be renewing it at this moment.
SELECT l.address, COALESCE(l.prefix_len, 128) AS len
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?) AND l.state <> 2
