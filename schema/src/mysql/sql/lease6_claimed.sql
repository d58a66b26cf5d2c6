-- What stands in the rows that claims of this transaction were about: its own number in those that were
-- granted, another in those that are somebody else's. A row that is not there was not inserted, as
-- the client has another live row.
SELECT l.address, l.claim, TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address IN (?)
