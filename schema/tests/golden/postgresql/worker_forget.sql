-- takes int8
-- gives 

DELETE FROM worker WHERE family = $1::bigint AND last_seen < clock_timestamp() - interval '1 day'
