-- takes 2 parameters
-- gives waiting

SELECT count(*) AS waiting FROM (SELECT id FROM name_change WHERE family = ?1 LIMIT ?2) AS c
