-- The highest address of a range that has a row, whatever became of it: where an allocator that rises had
-- come to. The end of a range of the primary key; nothing is locked.
SELECT l.address
FROM lease6 l
WHERE l.address BETWEEN ?1 AND ?2
ORDER BY l.address DESC
LIMIT 1
