-- takes 1 parameters
-- gives 

UPDATE JSON_TABLE(?, '$[*]' COLUMNS (address INT UNSIGNED PATH '$[0]')) asked
STRAIGHT_JOIN lease4 l FORCE INDEX (PRIMARY) ON l.address = asked.address
SET l.state = 2, l.fqdn_fwd = 0, l.fqdn_rev = 0, l.hostname = ''
WHERE l.state = 0
