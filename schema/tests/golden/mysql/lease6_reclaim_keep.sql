-- takes 1 parameters
-- gives 

UPDATE JSON_TABLE(?, '$[*]' COLUMNS (address CHAR(32) PATH '$[0]')) asked
STRAIGHT_JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(asked.address)
SET l.state = 2, l.fqdn_fwd = 0, l.fqdn_rev = 0, l.hostname = ''
WHERE l.state = 0
