-- The next number of a pool, and the seed that all workers share for it. The row's lock gives each number
-- to one worker only.
INSERT INTO pool_cursor (pool, seed, next) VALUES (?, ?, 1)
ON DUPLICATE KEY UPDATE next = next + 1
