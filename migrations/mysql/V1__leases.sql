-- Leases of both families. Names and order of the public columns are what operators' scripts read;
-- the columns after them are Murre's own. Made for MySQL 8 and MariaDB 10.6.
--
-- An IPv4 address is a number; an IPv6 address is its 16 bytes, which sort as addresses do.
-- "expire" is a date in UTC, whatever the session's time zone (a TIMESTAMP would end in 2038).
-- Statements that define tables cannot be undone here: schema_version is written last.

CREATE TABLE lease_state (
    state INT UNSIGNED PRIMARY KEY,
    name  VARCHAR(64) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO lease_state VALUES (0, 'default'), (1, 'declined'), (2, 'expired-reclaimed');

CREATE TABLE lease6_types (
    lease_type TINYINT UNSIGNED PRIMARY KEY,
    name       VARCHAR(5) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO lease6_types VALUES (0, 'IA_NA'), (1, 'IA_TA'), (2, 'IA_PD');

CREATE TABLE lease_hwaddr_source (
    hwaddr_source INT UNSIGNED PRIMARY KEY,
    name          VARCHAR(40) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO lease_hwaddr_source VALUES
    (0, 'unknown'), (1, 'raw'), (2, 'ipv6-link-local'), (4, 'duid'), (8, 'client-addr-relay'),
    (16, 'remote-id'), (32, 'subscriber-id'), (64, 'docsis-cmts'), (128, 'docsis-modem');

CREATE TABLE lease4 (
    address        INT UNSIGNED PRIMARY KEY,
    hwaddr         VARBINARY(255),
    client_id      VARBINARY(255),
    valid_lifetime INT UNSIGNED,
    expire         DATETIME,
    subnet_id      INT UNSIGNED,
    fqdn_fwd       BOOLEAN,
    fqdn_rev       BOOLEAN,
    hostname       VARCHAR(255),
    state          INT UNSIGNED NOT NULL DEFAULT 0,
    user_context   LONGTEXT,
    relay_id       VARBINARY(255),
    remote_id      VARBINARY(255),
    pool_id        INT UNSIGNED NOT NULL DEFAULT 0,
    -- The claim that wrote the row last: how a batch tells the rows it won.
    claim          BIGINT UNSIGNED,
    -- Who the client is: its identifier when one is stored, else its hardware address. The first
    -- byte keeps the two apart, so nobody can pose as another's hardware address.
    client_key     VARBINARY(256) GENERATED ALWAYS AS (
        CASE WHEN client_id IS NOT NULL THEN CONCAT(x'01', client_id) ELSE CONCAT(x'00', hwaddr) END
    ) STORED,
    -- Rows in other states have none, so that any number of them may stand beside a live one.
    live_slot      TINYINT UNSIGNED GENERATED ALWAYS AS (CASE WHEN state = 0 THEN 0 END) STORED,
    -- Keeps the rows that reclaiming has done with out of its way.
    reclaimed      BOOLEAN GENERATED ALWAYS AS (state = 2) STORED,
    CONSTRAINT lease4_states CHECK (state IN (0, 1, 2)),
    -- One live lease per client and subnet; the index serves the lookup as well.
    UNIQUE KEY lease4_one_per_client (client_key, subnet_id, live_slot),
    KEY lease4_by_hwaddr (hwaddr, subnet_id),
    KEY lease4_by_expire (reclaimed, expire)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE lease6 (
    address        BINARY(16) PRIMARY KEY,
    duid           VARBINARY(255),
    valid_lifetime INT UNSIGNED,
    expire         DATETIME,
    subnet_id      INT UNSIGNED,
    pref_lifetime  INT UNSIGNED,
    lease_type     TINYINT UNSIGNED,
    iaid           INT UNSIGNED,
    prefix_len     TINYINT UNSIGNED,
    fqdn_fwd       BOOLEAN,
    fqdn_rev       BOOLEAN,
    hostname       VARCHAR(255),
    state          INT UNSIGNED NOT NULL DEFAULT 0,
    hwaddr         VARBINARY(255),
    hwtype         SMALLINT UNSIGNED,
    hwaddr_source  SMALLINT UNSIGNED,
    user_context   LONGTEXT,
    pool_id        INT UNSIGNED NOT NULL DEFAULT 0,
    claim          BIGINT UNSIGNED,
    live_slot      TINYINT UNSIGNED GENERATED ALWAYS AS (CASE WHEN state = 0 THEN 0 END) STORED,
    reclaimed      BOOLEAN GENERATED ALWAYS AS (state = 2) STORED,
    CONSTRAINT lease6_states CHECK (state IN (0, 1, 2)),
    CONSTRAINT lease6_kinds CHECK (lease_type IN (0, 1, 2)),
    -- One live lease per client, IA and subnet.
    UNIQUE KEY lease6_one_per_ia (duid, iaid, lease_type, subnet_id, live_slot),
    KEY lease6_by_hwaddr (hwaddr, subnet_id),
    KEY lease6_by_expire (reclaimed, expire)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- The DUID that all workers on this database show to DHCPv6 clients.
CREATE TABLE server_duid (
    id   TINYINT UNSIGNED PRIMARY KEY,
    duid VARBINARY(255) NOT NULL,
    CONSTRAINT server_duid_alone CHECK (id = 1)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- For a person with a SQL prompt.
CREATE SQL SECURITY INVOKER VIEW leases4 AS
    SELECT INET_NTOA(l.address) AS address,
           LOWER(HEX(l.hwaddr)) AS hwaddr, LOWER(HEX(l.client_id)) AS client_id,
           l.subnet_id, s.name AS state, l.expire, l.valid_lifetime, l.hostname
    FROM lease4 l JOIN lease_state s USING (state);

CREATE SQL SECURITY INVOKER VIEW leases6 AS
    SELECT CASE WHEN l.lease_type = 2 THEN CONCAT(INET6_NTOA(l.address), '/', l.prefix_len)
                ELSE INET6_NTOA(l.address) END AS lease,
           t.name AS kind, LOWER(HEX(l.duid)) AS duid, l.iaid,
           l.subnet_id, s.name AS state, l.expire, l.valid_lifetime, l.pref_lifetime, l.hostname
    FROM lease6 l JOIN lease_state s USING (state) JOIN lease6_types t USING (lease_type);

CREATE TABLE schema_version (
    version INT PRIMARY KEY,
    minor   INT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO schema_version VALUES (1, 0);
