-- takes 1 parameters
-- gives address

SELECT l.address
FROM JSON_TABLE(?, '$[*]' COLUMNS (
         address INT UNSIGNED PATH '$[0]', hwaddr VARCHAR(510) PATH '$[1]', client_id VARCHAR(510) PATH '$[2]',
         expire BIGINT PATH '$[3]')) asked
STRAIGHT_JOIN lease4 l FORCE INDEX (PRIMARY) ON l.address = asked.address
WHERE l.state = 0 AND TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) = asked.expire
  AND CASE WHEN asked.client_id IS NOT NULL AND l.client_id IS NOT NULL
           THEN l.client_id = UNHEX(asked.client_id) ELSE l.hwaddr = UNHEX(asked.hwaddr) END
FOR UPDATE
