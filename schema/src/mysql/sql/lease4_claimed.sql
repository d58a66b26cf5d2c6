-- What became of the claims of this transaction: granted (1); somebody else's (0); or not inserted
-- (2), as the client has another live row.
SELECT asked.address AS address,
       CASE WHEN l.address IS NULL THEN 2 WHEN l.claim = asked.claim THEN 1 ELSE 0 END AS outcome,
       TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire
FROM JSON_TABLE(?, '$[*]' COLUMNS (address INT UNSIGNED PATH '$[0]', claim BIGINT UNSIGNED PATH '$[1]')) asked
LEFT JOIN lease4 l FORCE INDEX (PRIMARY) ON l.address = asked.address
