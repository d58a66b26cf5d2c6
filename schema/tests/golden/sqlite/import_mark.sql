-- takes 4 parameters
-- gives 

INSERT INTO lease_import AS done (family, file, size, modified) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (family, file) DO UPDATE SET size = excluded.size, modified = excluded.modified
WHERE done.size <> excluded.size OR done.modified <> excluded.modified
