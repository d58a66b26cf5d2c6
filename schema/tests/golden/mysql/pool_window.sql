-- takes 1 parameters
-- gives next - 1, seed

SELECT next - 1, seed FROM pool_cursor WHERE pool = ?
