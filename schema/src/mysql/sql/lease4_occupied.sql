-- Rows in a range of addresses that are not reclaimed: their lengths, and whether they expired. A range
-- of the primary key; nothing is locked, as what is free here is only proposed.
SELECT l.address, 32 AS len, l.expire <= UTC_TIMESTAMP(6) AS expired
FROM lease4 l FORCE INDEX (PRIMARY)
WHERE l.address BETWEEN ? AND ? AND l.state <> 2
