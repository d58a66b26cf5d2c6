-- takes 6 parameters
-- gives 

INSERT INTO statistic (family, name, subnet_id, pool_id, slot, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (family, name, subnet_id, pool_id, slot) DO UPDATE SET value = statistic.value + excluded.value
