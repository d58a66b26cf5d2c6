-- takes int8, int8
-- gives 

WITH old AS (
    SELECT address FROM lease4
    WHERE state = 2 AND expire < now() - $1::bigint * interval '1 second'
    ORDER BY expire LIMIT $2::bigint FOR UPDATE SKIP LOCKED
)
DELETE FROM lease4 USING old WHERE lease4.address = old.address
