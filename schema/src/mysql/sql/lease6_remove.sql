-- Delete rows that this transaction has locked.
DELETE FROM lease6
WHERE address IN (?)
