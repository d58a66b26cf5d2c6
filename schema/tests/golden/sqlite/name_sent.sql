-- takes 1 parameters
-- gives 

DELETE FROM name_change WHERE id = ?1
