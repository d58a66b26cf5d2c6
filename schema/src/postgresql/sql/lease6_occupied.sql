-- Rows in a range of addresses that are not reclaimed: their lengths, and whether they expired. A range
-- of the primary key; nothing is locked, as what is free here is only proposed.
SELECT l.address, coalesce(l.prefix_len, 128) AS len, l.expire <= now() AS expired
FROM lease6 l
WHERE l.address BETWEEN $1 AND $2 AND l.state <> 2
