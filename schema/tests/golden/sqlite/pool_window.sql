-- takes 2 parameters
-- gives next - 1, seed

INSERT INTO pool_cursor (pool, seed, next) VALUES (?1, ?2, 1)
ON CONFLICT (pool) DO UPDATE SET next = next + 1
RETURNING next - 1, seed
