-- What allocators go by in a fleet: how far a pool has been used, and what was given back.

-- One row per pool of the free lease queue. Workers take windows of the pool by number, in an order that
-- the seed gives; what a worker took and did not use comes again when the numbers have gone round.
CREATE TABLE pool_cursor (
    pool VARCHAR(128) PRIMARY KEY,
    seed BIGINT NOT NULL,
    next BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- What a subnet's clients gave back, those first that have been away the longest. Rows in other states
-- have neither, so that a renewal does not touch the index.
ALTER TABLE lease4
    ADD COLUMN given_back_by INT UNSIGNED GENERATED ALWAYS AS (CASE WHEN state = 2 THEN subnet_id END) STORED,
    ADD COLUMN given_back_at DATETIME GENERATED ALWAYS AS (CASE WHEN state = 2 THEN expire END) STORED,
    ADD KEY lease4_given_back (given_back_by, given_back_at);
ALTER TABLE lease6
    ADD COLUMN given_back_by INT UNSIGNED GENERATED ALWAYS AS (CASE WHEN state = 2 THEN subnet_id END) STORED,
    ADD COLUMN given_back_at DATETIME GENERATED ALWAYS AS (CASE WHEN state = 2 THEN expire END) STORED,
    ADD KEY lease6_given_back (given_back_by, given_back_at);

UPDATE schema_version SET version = 3, minor = 0;
