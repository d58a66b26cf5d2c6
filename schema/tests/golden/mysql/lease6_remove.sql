-- takes 1 parameters
-- gives 

DELETE l
FROM JSON_TABLE(?, '$[*]' COLUMNS (address CHAR(32) PATH '$[0]')) asked
STRAIGHT_JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(asked.address)
