-- Delete rows that this transaction has locked.
DELETE l FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?)
