-- takes 2 parameters
-- gives address

SELECT l.address
FROM lease6 l FORCE INDEX (lease6_by_expire)
WHERE l.reclaimed = 1 AND l.expire < TIMESTAMPADD(SECOND, -?, UTC_TIMESTAMP(6))
ORDER BY l.expire LIMIT ?
FOR UPDATE SKIP LOCKED
