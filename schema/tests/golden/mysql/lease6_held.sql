-- takes 1 parameters
-- gives address, duid, iaid, lease_type, len, expire

SELECT l.address, l.duid, l.iaid, l.lease_type, COALESCE(l.prefix_len, 128) AS len,
       TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?) AND l.state = 0
FOR UPDATE
