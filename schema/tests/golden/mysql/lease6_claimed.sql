-- takes 1 parameters
-- gives address, outcome, expire

SELECT UNHEX(asked.address) AS address,
       CASE WHEN l.address IS NULL THEN 2 WHEN l.claim = asked.claim THEN 1 ELSE 0 END AS outcome,
       TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire
FROM JSON_TABLE(?, '$[*]' COLUMNS (address CHAR(32) PATH '$[0]', claim BIGINT UNSIGNED PATH '$[1]')) asked
LEFT JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(asked.address)
