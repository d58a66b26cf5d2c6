-- The workers of the fleet know each other by this table. A worker renews its row every second; rows
-- of workers that are gone stay for a day, as their clients still name their addresses. Times are
-- seconds since 1970 with their fractions.

CREATE TABLE worker (
    family      INTEGER NOT NULL CHECK (family IN (4, 6)),
    name        TEXT NOT NULL,
    -- Drawn by each process, so that two with one name notice.
    incarnation INTEGER NOT NULL,
    -- A small number of its own; the workers share queries in this order.
    slot        INTEGER NOT NULL,
    -- What it answers from, separated by spaces.
    addresses   TEXT NOT NULL,
    version     TEXT NOT NULL,
    -- First digits of the hash of the configuration it runs.
    revision    TEXT NOT NULL,
    -- Queries in flight, averaged.
    in_flight   REAL NOT NULL,
    sharing     INTEGER NOT NULL,
    draining    INTEGER NOT NULL,
    started     REAL NOT NULL,
    last_seen   REAL NOT NULL,
    -- When it signed off; none as long as it runs.
    ended       REAL,
    -- Why it refused the last configuration it was given; empty when it did not.
    last_error  TEXT NOT NULL,
    PRIMARY KEY (family, name),
    CONSTRAINT worker_slots UNIQUE (family, slot)
) STRICT, WITHOUT ROWID;

-- For a person with a SQL prompt.
CREATE VIEW workers AS
    SELECT family, name, slot,
           CASE WHEN ended IS NOT NULL THEN 'gone'
                WHEN last_seen < unixepoch('subsec') - 3 THEN 'silent'
                WHEN draining THEN 'draining'
                ELSE 'live' END AS state,
           addresses, version, revision, in_flight, sharing,
           datetime(started, 'unixepoch') AS started, datetime(last_seen, 'unixepoch') AS last_seen,
           last_error
    FROM worker;

UPDATE schema_version SET version = 2, minor = 0;
