-- The workers of the fleet know each other by this table. A worker renews its row every second; rows
-- of workers that are gone stay for a day, as their clients still name their addresses. Times are
-- in UTC. schema_version is written last.

CREATE TABLE worker (
    family      TINYINT UNSIGNED NOT NULL,
    name        VARCHAR(255) NOT NULL,
    -- Drawn by each process, so that two with one name notice.
    incarnation BIGINT NOT NULL,
    -- A small number of its own; the workers share queries in this order.
    slot        INT UNSIGNED NOT NULL,
    -- What it answers from, separated by spaces.
    addresses   TEXT NOT NULL,
    version     VARCHAR(64) NOT NULL,
    -- First digits of the hash of the configuration it runs.
    revision    VARCHAR(64) NOT NULL,
    -- Queries in flight, averaged.
    in_flight   DOUBLE NOT NULL,
    sharing     BOOLEAN NOT NULL,
    draining    BOOLEAN NOT NULL,
    started     DATETIME(6) NOT NULL,
    last_seen   DATETIME(6) NOT NULL,
    -- When it signed off; none as long as it runs.
    ended       DATETIME(6),
    -- Why it refused the last configuration it was given; empty when it did not.
    last_error  TEXT NOT NULL,
    PRIMARY KEY (family, name),
    UNIQUE KEY worker_slots (family, slot),
    CONSTRAINT worker_families CHECK (family IN (4, 6))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- For a person with a SQL prompt.
CREATE SQL SECURITY INVOKER VIEW workers AS
    SELECT family, name, slot,
           CASE WHEN ended IS NOT NULL THEN 'gone'
                WHEN last_seen < UTC_TIMESTAMP(6) - INTERVAL 3 SECOND THEN 'silent'
                WHEN draining THEN 'draining'
                ELSE 'live' END AS state,
           addresses, version, revision, in_flight, sharing, started, last_seen, last_error
    FROM worker;

UPDATE schema_version SET version = 2, minor = 0;
