-- A worker renews its row. Guard: the row is its own, or nobody's any more: its owner signed off,
-- fell silent, or is an earlier process at the same addresses, which a worker may say of its first
-- beat only (?11). Any other row with its name belongs to another process and stays.
UPDATE worker SET
    started = CASE WHEN incarnation = ?3 THEN started ELSE unixepoch('subsec') END,
    incarnation = ?3, addresses = ?4, version = ?5, revision = ?6,
    in_flight = ?7 / 100.0, sharing = ?8, draining = ?9, last_error = ?10,
    last_seen = unixepoch('subsec'), ended = NULL
WHERE family = ?1 AND name = ?2
  AND (incarnation = ?3 OR ended IS NOT NULL
       OR last_seen < unixepoch('subsec') - 3
       OR (?11 AND addresses = ?4))
