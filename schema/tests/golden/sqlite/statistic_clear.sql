-- takes 1 parameters
-- gives 

DELETE FROM statistic WHERE family = ?1
