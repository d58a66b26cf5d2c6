-- takes int8, int8
-- gives waiting int8

SELECT count(*) AS waiting FROM (SELECT id FROM name_change WHERE family = $1::bigint LIMIT $2::bigint) AS c
