-- The number that this transaction took before, under the row's lock.
SELECT next - 1, seed FROM pool_cursor WHERE pool = ?
