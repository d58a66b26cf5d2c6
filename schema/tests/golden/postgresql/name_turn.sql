-- takes int8
-- gives family int2

SELECT family FROM name_turn WHERE family = $1::bigint FOR UPDATE SKIP LOCKED
