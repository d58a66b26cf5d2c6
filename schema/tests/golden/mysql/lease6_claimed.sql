-- takes 1 parameters
-- gives address, outcome, expire

SELECT UNHEX(asked.address) AS address,
       CASE WHEN l.claim = asked.claim THEN 1
            WHEN l.address IS NULL
                 AND EXISTS (SELECT 1 FROM lease6 o FORCE INDEX (lease6_one_per_ia)
                             WHERE o.duid = UNHEX(asked.duid) AND o.iaid = asked.iaid
                               AND o.lease_type = asked.lease_type AND o.subnet_id = asked.subnet_id
                               AND o.live_slot = 0) THEN 2
            ELSE 0 END AS outcome,
       TIMESTAMPDIFF(SECOND, '1970-01-01', l.expire) AS expire
FROM JSON_TABLE(?, '$.c[*]' COLUMNS (
         address CHAR(32) PATH '$[0]', duid VARCHAR(510) PATH '$[1]', iaid INT UNSIGNED PATH '$[2]',
         lease_type TINYINT UNSIGNED PATH '$[3]', subnet_id INT UNSIGNED PATH '$[10]',
         claim BIGINT UNSIGNED PATH '$[17]')) asked
LEFT JOIN lease6 l FORCE INDEX (PRIMARY) ON l.address = UNHEX(asked.address)
