-- What a claim is about to find at its address, in the same transaction, which is the only one that writes.
SELECT CASE WHEN state = 2 THEN 0 WHEN expire <= unixepoch('now') THEN 2 + state ELSE 1 END
FROM lease6 WHERE address = ?1
