-- takes _int8
-- gives 

DELETE FROM name_change WHERE id = ANY($1::bigint[])
