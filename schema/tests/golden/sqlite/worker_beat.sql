-- takes 11 parameters
-- gives 

UPDATE worker SET
    started = CASE WHEN incarnation = ?3 THEN started ELSE unixepoch('subsec') END,
    incarnation = ?3, addresses = ?4, version = ?5, revision = ?6,
    in_flight = ?7 / 100.0, sharing = ?8, draining = ?9, last_error = ?10,
    last_seen = unixepoch('subsec'), ended = NULL
WHERE family = ?1 AND name = ?2
  AND (incarnation = ?3 OR ended IS NOT NULL
       OR last_seen < unixepoch('subsec') - 3
       OR (?11 AND addresses = ?4))
