-- What workers counted of leases, so that a command to any of them tells of the whole fleet.

-- A row per worker's slot, place and name: no row is written by two workers at a time. What is true is the sum
-- over slots. A pool or subnet of -1 stands for none: what is counted of a pool counts for its subnet and
-- for all as well. Slot -1 has what a reset takes off, under the place that was reset.
CREATE TABLE statistic (
    family    smallint NOT NULL CHECK (family IN (4, 6)),
    name      varchar(64) NOT NULL,
    subnet_id bigint NOT NULL,
    pool_id   bigint NOT NULL,
    slot      integer NOT NULL,
    value     bigint NOT NULL,
    PRIMARY KEY (family, name, subnet_id, pool_id, slot)
);

UPDATE schema_version SET version = 5, minor = 0;
