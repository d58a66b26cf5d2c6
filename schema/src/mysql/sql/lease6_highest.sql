-- The highest address of a range that has a row, whatever became of it: where an allocator that rises had
-- come to. The end of a range of the primary key; nothing is locked.
SELECT l.address
FROM lease6 l FORCE INDEX (PRIMARY)
WHERE l.address BETWEEN ? AND ?
ORDER BY l.address DESC
LIMIT 1
