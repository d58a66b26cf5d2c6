-- takes 2 parameters
-- gives 

INSERT INTO pool_cursor (pool, seed, next) VALUES (?, ?, 1)
ON DUPLICATE KEY UPDATE next = next + 1
