-- What workers counted of leases, so that a command to any of them tells of the whole fleet.

-- A row per worker's slot, place and name: no row is written by two workers at a time. What is true is the sum
-- over slots. A pool or subnet of -1 stands for none: what is counted of a pool counts for its subnet and
-- for all as well. Slot -1 has what a reset takes off, under the place that was reset.
CREATE TABLE statistic (
    family    TINYINT UNSIGNED NOT NULL,
    name      VARCHAR(64) NOT NULL,
    subnet_id BIGINT NOT NULL,
    pool_id   BIGINT NOT NULL,
    slot      INT NOT NULL,
    value     BIGINT NOT NULL,
    PRIMARY KEY (family, name, subnet_id, pool_id, slot),
    CONSTRAINT statistic_families CHECK (family IN (4, 6))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

UPDATE schema_version SET version = 5, minor = 0;
