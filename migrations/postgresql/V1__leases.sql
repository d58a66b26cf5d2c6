-- Leases of both families. Names and order of the public columns are what operators' scripts read;
-- the columns after them are Murre's own.

CREATE TABLE schema_version (
    version integer PRIMARY KEY,
    minor   integer NOT NULL
);
INSERT INTO schema_version VALUES (1, 0);

CREATE TABLE lease_state (
    state bigint PRIMARY KEY,
    name  varchar(64) NOT NULL
);
INSERT INTO lease_state VALUES (0, 'default'), (1, 'declined'), (2, 'expired-reclaimed');

CREATE TABLE lease6_types (
    lease_type smallint PRIMARY KEY,
    name       varchar(5) NOT NULL
);
INSERT INTO lease6_types VALUES (0, 'IA_NA'), (1, 'IA_TA'), (2, 'IA_PD');

CREATE TABLE lease_hwaddr_source (
    hwaddr_source smallint PRIMARY KEY,
    name          varchar(40) NOT NULL
);
INSERT INTO lease_hwaddr_source VALUES
    (0, 'unknown'), (1, 'raw'), (2, 'ipv6-link-local'), (4, 'duid'), (8, 'client-addr-relay'),
    (16, 'remote-id'), (32, 'subscriber-id'), (64, 'docsis-cmts'), (128, 'docsis-modem');

CREATE TABLE lease4 (
    address        bigint PRIMARY KEY,
    hwaddr         bytea,
    client_id      bytea,
    valid_lifetime bigint,
    expire         timestamptz,
    subnet_id      bigint,
    fqdn_fwd       boolean,
    fqdn_rev       boolean,
    hostname       varchar(255),
    state          bigint NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
    user_context   text,
    relay_id       bytea,
    remote_id      bytea,
    pool_id        bigint NOT NULL DEFAULT 0,
    -- Who the client is: its identifier when one is stored, else its hardware address. The first
    -- byte keeps the two apart, so nobody can pose as another's hardware address.
    client_key     bytea GENERATED ALWAYS AS (
        CASE WHEN client_id IS NOT NULL THEN '\x01'::bytea || client_id ELSE '\x00'::bytea || hwaddr END
    ) STORED
);

-- One live lease per client and subnet. Rows in other states take their own address as the last
-- part, so that any number of them may stand beside it; one index serves the rule and the lookup.
CREATE UNIQUE INDEX lease4_one_per_client ON lease4
    (client_key, subnet_id, (CASE WHEN state = 0 THEN -1 ELSE address END));
CREATE INDEX lease4_by_hwaddr ON lease4 (hwaddr, subnet_id);
CREATE INDEX lease4_by_expire ON lease4 (expire) WHERE state <> 2;
CREATE INDEX lease4_reclaimed ON lease4 (expire) WHERE state = 2;

CREATE TABLE lease6 (
    address        inet PRIMARY KEY,
    duid           bytea,
    valid_lifetime bigint,
    expire         timestamptz,
    subnet_id      bigint,
    pref_lifetime  bigint,
    lease_type     smallint CHECK (lease_type IN (0, 1, 2)),
    iaid           integer,
    prefix_len     smallint,
    fqdn_fwd       boolean,
    fqdn_rev       boolean,
    hostname       varchar(255),
    state          bigint NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
    hwaddr         bytea,
    hwtype         smallint,
    hwaddr_source  smallint,
    user_context   text,
    pool_id        bigint NOT NULL DEFAULT 0
);

-- One live lease per client, IA and subnet.
CREATE UNIQUE INDEX lease6_one_per_ia ON lease6
    (duid, iaid, lease_type, subnet_id, (CASE WHEN state = 0 THEN '::'::inet ELSE address END));
CREATE INDEX lease6_by_hwaddr ON lease6 (hwaddr, subnet_id);
CREATE INDEX lease6_by_expire ON lease6 (expire) WHERE state <> 2;
CREATE INDEX lease6_reclaimed ON lease6 (expire) WHERE state = 2;

-- The DUID that all workers on this database show to DHCPv6 clients.
CREATE TABLE server_duid (
    id   smallint PRIMARY KEY CHECK (id = 1),
    duid bytea NOT NULL
);

-- For a person with a SQL prompt.
CREATE VIEW leases4 AS
    SELECT ('0.0.0.0'::inet + l.address)     AS address,
           encode(l.hwaddr, 'hex')           AS hwaddr,
           encode(l.client_id, 'hex')        AS client_id,
           l.subnet_id, s.name AS state, l.expire, l.valid_lifetime, l.hostname
    FROM lease4 l JOIN lease_state s USING (state);

CREATE VIEW leases6 AS
    SELECT CASE WHEN l.lease_type = 2 THEN host(l.address) || '/' || l.prefix_len ELSE host(l.address) END AS lease,
           t.name AS kind, encode(l.duid, 'hex') AS duid, l.iaid,
           l.subnet_id, s.name AS state, l.expire, l.valid_lifetime, l.pref_lifetime, l.hostname
    FROM lease6 l JOIN lease_state s USING (state) JOIN lease6_types t USING (lease_type);
