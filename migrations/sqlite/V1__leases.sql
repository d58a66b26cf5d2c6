-- Leases of both families. Names and order of the public columns are what operators' scripts read;
-- the columns after them are Murre's own.
--
-- The embedded engine has numbers, text and bytes only. An IPv4 address is a number; an IPv6
-- address is its 16 bytes, which sort as addresses do. "expire" keeps its public name and holds
-- seconds since 1970 UTC (64 bits, no 2038 limit): a number is compared by an index without
-- conversion; the views show it as a date. Tables are STRICT: a column holds what it says.

CREATE TABLE schema_version (
    version INTEGER PRIMARY KEY,
    minor   INTEGER NOT NULL
) STRICT;
INSERT INTO schema_version VALUES (1, 0);

CREATE TABLE lease_state (
    state INTEGER PRIMARY KEY,
    name  TEXT NOT NULL
) STRICT;
INSERT INTO lease_state VALUES (0, 'default'), (1, 'declined'), (2, 'expired-reclaimed');

CREATE TABLE lease6_types (
    lease_type INTEGER PRIMARY KEY,
    name       TEXT NOT NULL
) STRICT;
INSERT INTO lease6_types VALUES (0, 'IA_NA'), (1, 'IA_TA'), (2, 'IA_PD');

CREATE TABLE lease_hwaddr_source (
    hwaddr_source INTEGER PRIMARY KEY,
    name          TEXT NOT NULL
) STRICT;
INSERT INTO lease_hwaddr_source VALUES
    (0, 'unknown'), (1, 'raw'), (2, 'ipv6-link-local'), (4, 'duid'), (8, 'client-addr-relay'),
    (16, 'remote-id'), (32, 'subscriber-id'), (64, 'docsis-cmts'), (128, 'docsis-modem');

CREATE TABLE lease4 (
    address        INTEGER PRIMARY KEY,
    hwaddr         BLOB,
    client_id      BLOB,
    valid_lifetime INTEGER,
    expire         INTEGER,
    subnet_id      INTEGER,
    fqdn_fwd       INTEGER,
    fqdn_rev       INTEGER,
    hostname       TEXT,
    state          INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
    user_context   TEXT,
    relay_id       BLOB,
    remote_id      BLOB,
    pool_id        INTEGER NOT NULL DEFAULT 0,
    -- Who the client is: its identifier when one is stored, else its hardware address. The first
    -- byte keeps the two apart, so nobody can pose as another's hardware address.
    client_key     BLOB GENERATED ALWAYS AS (
        CASE WHEN client_id IS NOT NULL THEN CAST(x'01' || client_id AS BLOB) ELSE CAST(x'00' || hwaddr AS BLOB) END
    ) STORED
) STRICT;

-- One live lease per client and subnet. Rows in other states take their own address as the last
-- part, so that any number of them may stand beside it; one index serves the rule and the lookup.
CREATE UNIQUE INDEX lease4_one_per_client ON lease4
    (client_key, subnet_id, (CASE WHEN state = 0 THEN -1 ELSE address END));
CREATE INDEX lease4_by_hwaddr ON lease4 (hwaddr, subnet_id);
CREATE INDEX lease4_by_expire ON lease4 (expire) WHERE state <> 2;
CREATE INDEX lease4_reclaimed ON lease4 (expire) WHERE state = 2;

CREATE TABLE lease6 (
    address        BLOB PRIMARY KEY CHECK (length(address) = 16),
    duid           BLOB,
    valid_lifetime INTEGER,
    expire         INTEGER,
    subnet_id      INTEGER,
    pref_lifetime  INTEGER,
    lease_type     INTEGER CHECK (lease_type IN (0, 1, 2)),
    iaid           INTEGER,
    prefix_len     INTEGER,
    fqdn_fwd       INTEGER,
    fqdn_rev       INTEGER,
    hostname       TEXT,
    state          INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
    hwaddr         BLOB,
    hwtype         INTEGER,
    hwaddr_source  INTEGER,
    user_context   TEXT,
    pool_id        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- One live lease per client, IA and subnet.
CREATE UNIQUE INDEX lease6_one_per_ia ON lease6
    (duid, iaid, lease_type, subnet_id, (CASE WHEN state = 0 THEN x'' ELSE address END));
CREATE INDEX lease6_by_hwaddr ON lease6 (hwaddr, subnet_id);
CREATE INDEX lease6_by_expire ON lease6 (expire) WHERE state <> 2;
CREATE INDEX lease6_reclaimed ON lease6 (expire) WHERE state = 2;

-- The DUID that all workers on this database show to DHCPv6 clients.
CREATE TABLE server_duid (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    duid BLOB NOT NULL
) STRICT;

-- Lease files of another server that were taken over: each once. Size and time of last change tell whether
-- somebody wrote to the file since.
CREATE TABLE lease_import (
    family   INTEGER NOT NULL CHECK (family IN (4, 6)),
    file     TEXT NOT NULL,
    size     INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    imported INTEGER NOT NULL DEFAULT (unixepoch()),
    PRIMARY KEY (family, file)
) STRICT, WITHOUT ROWID;

-- For a person with a SQL prompt.
CREATE VIEW leases4 AS
    SELECT printf('%d.%d.%d.%d', l.address >> 24, (l.address >> 16) & 255, (l.address >> 8) & 255, l.address & 255)
               AS address,
           lower(hex(l.hwaddr)) AS hwaddr, lower(hex(l.client_id)) AS client_id,
           l.subnet_id, s.name AS state, datetime(l.expire, 'unixepoch') AS expire, l.valid_lifetime, l.hostname
    FROM lease4 l JOIN lease_state s USING (state);

CREATE VIEW leases6 AS
    SELECT lower(substr(hex(l.address), 1, 4) || ':' || substr(hex(l.address), 5, 4) || ':' ||
                 substr(hex(l.address), 9, 4) || ':' || substr(hex(l.address), 13, 4) || ':' ||
                 substr(hex(l.address), 17, 4) || ':' || substr(hex(l.address), 21, 4) || ':' ||
                 substr(hex(l.address), 25, 4) || ':' || substr(hex(l.address), 29, 4))
               || CASE WHEN l.lease_type = 2 THEN '/' || l.prefix_len ELSE '' END AS lease,
           t.name AS kind, lower(hex(l.duid)) AS duid, l.iaid,
           l.subnet_id, s.name AS state, datetime(l.expire, 'unixepoch') AS expire,
           l.valid_lifetime, l.pref_lifetime, l.hostname
    FROM lease6 l JOIN lease_state s USING (state) JOIN lease6_types t USING (lease_type);
