-- Add what a worker counted since it did so last. Each slot has rows of its own, so that workers do not wait for
-- each other; should two have one slot for a moment, nothing is lost, as it is added.
INSERT INTO statistic (family, name, subnet_id, pool_id, slot, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (family, name, subnet_id, pool_id, slot) DO UPDATE SET value = statistic.value + excluded.value
