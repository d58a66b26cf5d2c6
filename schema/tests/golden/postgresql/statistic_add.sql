-- takes _int8, _text, _int8, _int8, _int8, _int8
-- gives 

INSERT INTO statistic (family, name, subnet_id, pool_id, slot, value)
SELECT asked.family, asked.name, asked.subnet_id, asked.pool_id, asked.slot, asked.value
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
     AS asked (family, name, subnet_id, pool_id, slot, value)
ON CONFLICT (family, name, subnet_id, pool_id, slot) DO UPDATE SET value = statistic.value + excluded.value
