-- takes 1 parameters
-- gives 

DELETE FROM worker WHERE family = ?1 AND last_seen < unixepoch('subsec') - 86400
