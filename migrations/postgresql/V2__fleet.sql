-- The workers of the fleet know each other by this table. A worker renews its row every second; rows
-- of workers that are gone stay for a day, as their clients still name their addresses.

CREATE TABLE worker (
    family      smallint NOT NULL CHECK (family IN (4, 6)),
    name        varchar(255) NOT NULL,
    -- Drawn by each process, so that two with one name notice.
    incarnation bigint NOT NULL,
    -- A small number of its own; the workers share queries in this order.
    slot        integer NOT NULL,
    -- What it answers from, separated by spaces.
    addresses   text NOT NULL,
    version     text NOT NULL,
    -- First digits of the hash of the configuration it runs.
    revision    text NOT NULL,
    -- Queries in flight, averaged.
    in_flight   double precision NOT NULL,
    sharing     boolean NOT NULL,
    draining    boolean NOT NULL,
    started     timestamptz NOT NULL,
    last_seen   timestamptz NOT NULL,
    -- When it signed off; none as long as it runs.
    ended       timestamptz,
    -- Why it refused the last configuration it was given; empty when it did not.
    last_error  text NOT NULL,
    PRIMARY KEY (family, name),
    CONSTRAINT worker_slots UNIQUE (family, slot)
);

-- For a person with a SQL prompt.
CREATE VIEW workers AS
    SELECT family, name, slot,
           CASE WHEN ended IS NOT NULL THEN 'gone'
                WHEN last_seen < clock_timestamp() - interval '3 seconds' THEN 'silent'
                WHEN draining THEN 'draining'
                ELSE 'live' END AS state,
           addresses, version, revision, in_flight, sharing, started, last_seen, last_error
    FROM worker;

UPDATE schema_version SET version = 2, minor = 0;
