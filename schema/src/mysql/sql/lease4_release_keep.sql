-- Give back, keeping the row for its client to come back to: only the holder's own live row as it was found.
UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
         address INT UNSIGNED PATH '$[0]', hwaddr VARCHAR(510) PATH '$[1]', client_id VARCHAR(510) PATH '$[2]',
         expire BIGINT PATH '$[3]')) asked
STRAIGHT_JOIN lease4 l FORCE INDEX (PRIMARY) ON l.address = asked.address
SET l.state = 2, l.expire = UTC_TIMESTAMP(), l.valid_lifetime = 0, l.fqdn_fwd = 0, l.fqdn_rev = 0, l.hostname = ''
WHERE l.state = 0 AND TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) = asked.expire
  AND CASE WHEN asked.client_id IS NOT NULL AND l.client_id IS NOT NULL
           THEN l.client_id = UNHEX(asked.client_id) ELSE l.hwaddr = UNHEX(asked.hwaddr) END
