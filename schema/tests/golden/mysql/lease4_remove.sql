-- takes 1 parameters
-- gives 

DELETE l
FROM JSON_TABLE(?, '$[*]' COLUMNS (address INT UNSIGNED PATH '$[0]')) asked
STRAIGHT_JOIN lease4 l FORCE INDEX (PRIMARY) ON l.address = asked.address
