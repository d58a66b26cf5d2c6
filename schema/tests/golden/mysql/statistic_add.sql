-- takes 1 parameters
-- gives 

INSERT INTO statistic (family, name, subnet_id, pool_id, slot, value)
SELECT asked.family, CONVERT(UNHEX(asked.name) USING utf8mb4), asked.subnet_id, asked.pool_id, asked.slot, asked.value
FROM JSON_TABLE(?, '$[*]' COLUMNS (
         family TINYINT UNSIGNED PATH '$[0]', name VARCHAR(128) PATH '$[1]', subnet_id BIGINT PATH '$[2]',
         pool_id BIGINT PATH '$[3]', slot INT PATH '$[4]', value BIGINT PATH '$[5]')) asked
ON DUPLICATE KEY UPDATE value = statistic.value + VALUES(value)
