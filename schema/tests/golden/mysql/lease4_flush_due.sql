-- takes 2 parameters
-- gives address

SELECT l.address
FROM lease4 l FORCE INDEX (lease4_by_expire)
WHERE l.reclaimed = 1 AND l.expire < TIMESTAMPADD(SECOND, -?, UTC_TIMESTAMP(6))
ORDER BY l.expire LIMIT ?
FOR UPDATE SKIP LOCKED
