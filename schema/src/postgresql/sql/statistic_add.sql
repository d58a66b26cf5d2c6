-- Add what a worker counted since it did so last. Each slot has rows of its own, so that workers do not wait for
-- each other; should two have one slot for a moment, nothing is lost, as it is added.
INSERT INTO statistic (family, name, subnet_id, pool_id, slot, value)
SELECT asked.family, asked.name, asked.subnet_id, asked.pool_id, asked.slot, asked.value
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
     AS asked (family, name, subnet_id, pool_id, slot, value)
ON CONFLICT (family, name, subnet_id, pool_id, slot) DO UPDATE SET value = statistic.value + excluded.value
