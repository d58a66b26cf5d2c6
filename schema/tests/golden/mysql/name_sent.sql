-- takes 1 parameters
-- gives 

DELETE c FROM name_change c FORCE INDEX (PRIMARY) WHERE c.id IN (?)
