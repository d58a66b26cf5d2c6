-- Delete rows that this transaction has locked.
DELETE l FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?)
