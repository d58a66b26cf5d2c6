-- takes int8
-- gives 

DELETE FROM statistic WHERE family = $1::bigint
