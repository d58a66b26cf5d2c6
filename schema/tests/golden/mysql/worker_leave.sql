-- takes 3 parameters
-- gives 

UPDATE worker SET draining = TRUE, ended = UTC_TIMESTAMP(6)
WHERE family = ? AND name = CONVERT(? USING utf8mb4) AND incarnation = ?
