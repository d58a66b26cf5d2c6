-- takes 1 parameters
-- gives CASE WHEN state = 2 THEN 0 WHEN expire <= unixepoch('now') THEN 2 + state ELSE 1 END

SELECT CASE WHEN state = 2 THEN 0 WHEN expire <= unixepoch('now') THEN 2 + state ELSE 1 END
FROM lease6 WHERE address = ?1
