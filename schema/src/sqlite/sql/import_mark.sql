-- Remembers that a lease file is taken over, in the transaction that does so. The primary key lets one
-- worker do it once: for all others nothing is changed, and the count of changes says so.
INSERT INTO lease_import (family, file, size, modified) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING
