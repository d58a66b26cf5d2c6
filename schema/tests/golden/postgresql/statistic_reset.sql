-- takes int8, text, int8, int8, int8, int8
-- gives 

INSERT INTO statistic (family, name, subnet_id, pool_id, slot, value)
SELECT $1::bigint, $2::text, $3::bigint, $5::bigint, -1, -coalesce(sum(value), 0)::bigint
FROM statistic
WHERE family = $1::bigint AND name = $2::text AND subnet_id BETWEEN $3::bigint AND $4::bigint
  AND pool_id BETWEEN $5::bigint AND $6::bigint AND slot >= 0
ON CONFLICT (family, name, subnet_id, pool_id, slot) DO UPDATE SET value = excluded.value
