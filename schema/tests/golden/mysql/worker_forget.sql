-- takes 1 parameters
-- gives 

DELETE FROM worker WHERE family = ? AND last_seen < UTC_TIMESTAMP(6) - INTERVAL 1 DAY
