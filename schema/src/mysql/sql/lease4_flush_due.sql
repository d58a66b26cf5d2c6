-- Reclaimed rows whose hold time is over; rows that others work on wait for the next round.
SELECT l.address
FROM lease4 l FORCE INDEX (lease4_by_expire)
WHERE l.reclaimed = 1 AND l.expire < TIMESTAMPADD(SECOND, -?, UTC_TIMESTAMP(6))
ORDER BY l.expire LIMIT ?
FOR UPDATE SKIP LOCKED
