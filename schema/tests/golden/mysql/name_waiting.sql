-- takes 2 parameters
-- gives waiting

SELECT count(*) AS waiting FROM (SELECT id FROM name_change FORCE INDEX (name_change_order) WHERE family = ? LIMIT ?) AS c
