-- Remembers that a lease file is taken over, in the transaction that does so. The primary key lets one
-- worker do it once for each state of the file: for all others nothing is changed, and the count of
-- changes says so.
INSERT INTO lease_import AS done (family, file, size, modified) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (family, file) DO UPDATE SET size = excluded.size, modified = excluded.modified
WHERE done.size <> excluded.size OR done.modified <> excluded.modified
