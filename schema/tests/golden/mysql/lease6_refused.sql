-- takes 3 parameters
-- gives 

SELECT COALESCE(JSON_ARRAYAGG(refused.n), '[]') INTO @refused
FROM (SELECT pair.n
      FROM (SELECT DISTINCT span.number
            FROM JSON_TABLE(?, '$.s[*]' COLUMNS (
                     number FOR ORDINALITY, low CHAR(32) PATH '$[0]', high CHAR(32) PATH '$[1]',
                     longest TINYINT UNSIGNED PATH '$[2]')) span
            WHERE (SELECT i.address
                   FROM JSON_TABLE(JSON_ARRAY(span.low, span.high), '$' COLUMNS (low CHAR(32) PATH '$[0]',
                                                                                high CHAR(32) PATH '$[1]')) r
                   STRAIGHT_JOIN lease6 i FORCE INDEX (PRIMARY)
                       ON i.address BETWEEN UNHEX(r.low) AND UNHEX(r.high)
                   WHERE i.state <> 2 AND COALESCE(i.prefix_len, 128) <= span.longest
                   LIMIT 1) IS NOT NULL) occupied
      JOIN JSON_TABLE(?, '$.p[*]' COLUMNS (n INT PATH '$[0]', span INT PATH '$[1]')) pair ON pair.span = occupied.number
      UNION ALL
      SELECT asked.n
      FROM JSON_TABLE(?, '$.c[*]' COLUMNS (
               n FOR ORDINALITY, address CHAR(32) PATH '$[0]', duid VARCHAR(510) PATH '$[1]',
               iaid INT UNSIGNED PATH '$[2]', lease_type TINYINT UNSIGNED PATH '$[3]',
               prefix_len TINYINT UNSIGNED PATH '$[4]', renews BOOLEAN PATH '$[16]')) asked
      WHERE asked.renews
        AND NOT EXISTS (SELECT 1 FROM lease6 h FORCE INDEX (PRIMARY)
                        WHERE h.address = UNHEX(asked.address) AND h.state = 0
                          AND h.duid = UNHEX(asked.duid) AND h.iaid = asked.iaid
                          AND h.lease_type = asked.lease_type AND h.prefix_len = asked.prefix_len)) refused
