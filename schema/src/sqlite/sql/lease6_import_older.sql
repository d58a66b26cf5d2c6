-- Makes way for a row of a lease file that is taken over: what was last written about an address counts,
-- and this row is older.
DELETE FROM lease6 WHERE address = ?1 AND coalesce(expire, 0) - coalesce(valid_lifetime, 0) < ?2
