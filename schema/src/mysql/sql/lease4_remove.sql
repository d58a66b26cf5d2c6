-- Delete rows that this transaction has locked.
DELETE FROM lease4
WHERE address IN (?)
