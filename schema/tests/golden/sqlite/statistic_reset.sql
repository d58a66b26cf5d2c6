-- takes 6 parameters
-- gives 

INSERT INTO statistic (family, name, subnet_id, pool_id, slot, value)
SELECT ?1, ?2, ?3, ?5, -1, -coalesce(sum(value), 0) FROM statistic
WHERE family = ?1 AND name = ?2 AND subnet_id BETWEEN ?3 AND ?4 AND pool_id BETWEEN ?5 AND ?6 AND slot >= 0
ON CONFLICT (family, name, subnet_id, pool_id, slot) DO UPDATE SET value = excluded.value
