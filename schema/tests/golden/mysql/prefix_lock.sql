-- takes 0 parameters
-- gives 

UPDATE lease6_types SET name = '' WHERE lease_type = 2
