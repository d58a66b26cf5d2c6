-- takes 1 parameters
-- gives address, hwaddr, client_id, len, expire

SELECT l.address, l.hwaddr, l.client_id, 32 AS len, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire
FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?) AND l.state = 0
FOR UPDATE
