-- takes 3 parameters
-- gives 

UPDATE worker SET draining = 1, ended = unixepoch('subsec')
WHERE family = ?1 AND name = ?2 AND incarnation = ?3
