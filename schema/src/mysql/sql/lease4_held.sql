-- The live leases at these addresses: who holds them, their lengths, and until when. The rows stay locked: of what a
-- lookup found, the transaction ends and renews only what is still so.
SELECT l.address, l.hwaddr, l.client_id, 32 AS len, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire
FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?) AND l.state = 0
FOR UPDATE
