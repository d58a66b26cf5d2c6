-- Delete reclaimed rows whose hold time is over.
DELETE FROM lease4 WHERE address IN (
    SELECT address FROM lease4
    WHERE state = 2 AND expire < unixepoch('now') + 1 - ?1
    ORDER BY expire LIMIT ?2
)
