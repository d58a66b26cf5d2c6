-- takes 1 parameters
-- gives 

DELETE l FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?)
