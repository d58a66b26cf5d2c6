-- takes 1 parameters
-- gives family

SELECT family FROM name_turn FORCE INDEX (PRIMARY) WHERE family = ? FOR UPDATE SKIP LOCKED
