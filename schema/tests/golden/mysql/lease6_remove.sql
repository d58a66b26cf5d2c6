-- takes 1 parameters
-- gives 

DELETE l FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?)
