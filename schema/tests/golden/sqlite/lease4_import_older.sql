-- takes 2 parameters
-- gives 

DELETE FROM lease4 WHERE address = ?1 AND coalesce(expire, 0) - coalesce(valid_lifetime, 0) < ?2
