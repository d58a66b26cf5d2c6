-- How many changes of names wait to be sent, but for those beyond a number that is many. Nothing is locked.
SELECT count(*) AS waiting FROM (SELECT id FROM name_change FORCE INDEX (name_change_order) WHERE family = ? LIMIT ?) AS c
