-- takes 0 parameters
-- gives 

UPDATE lease6_types SET name = 'IA_PD' WHERE lease_type = 2
