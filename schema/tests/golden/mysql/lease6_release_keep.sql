-- takes 1 parameters
-- gives 

UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
         address CHAR(32) PATH '$[0]', duid VARCHAR(510) PATH '$[1]', iaid INT UNSIGNED PATH '$[2]',
         lease_type TINYINT UNSIGNED PATH '$[3]', expire BIGINT PATH '$[4]')) asked
STRAIGHT_JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(asked.address)
SET l.state = 2, l.expire = UTC_TIMESTAMP(), l.valid_lifetime = 0, l.fqdn_fwd = 0, l.fqdn_rev = 0, l.hostname = ''
WHERE l.state = 0 AND TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) = asked.expire
  AND l.duid = UNHEX(asked.duid) AND l.iaid = asked.iaid AND l.lease_type = asked.lease_type
