-- takes 1 parameters
-- gives 

DELETE FROM lease6
WHERE address IN (?)
