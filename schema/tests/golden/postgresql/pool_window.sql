-- takes varchar, int8
-- gives ?column? int8, seed int8

INSERT INTO pool_cursor AS known (pool, seed, next) VALUES ($1, $2, 1)
ON CONFLICT (pool) DO UPDATE SET next = known.next + 1
RETURNING next - 1, seed
