-- takes 1 parameters
-- gives 

DELETE FROM lease4
WHERE address IN (?)
