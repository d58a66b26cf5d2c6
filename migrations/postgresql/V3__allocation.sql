-- What allocators go by in a fleet: how far a pool has been used, and what was given back.

-- One row per pool of the free lease queue. Workers take windows of the pool by number, in an order that
-- the seed gives; what a worker took and did not use comes again when the numbers have gone round.
CREATE TABLE pool_cursor (
    pool varchar(128) PRIMARY KEY,
    seed bigint NOT NULL,
    next bigint NOT NULL
);

-- What a subnet's clients gave back, those first that have been away the longest.
CREATE INDEX lease4_given_back ON lease4 (subnet_id, expire) WHERE state = 2;
CREATE INDEX lease6_given_back ON lease6 (subnet_id, expire) WHERE state = 2;

UPDATE schema_version SET version = 3, minor = 0;
