-- Changes of names that somebody shall carry out in the DNS: each was written in the transaction of the lease that
-- it is about, and is deleted by who sent it on. A row is what the lease was, so that the sender needs nothing else.
-- Ids are drawn while the lease's row is locked: of one address, and so of one lease's names, they are in the order
-- of the commits.

CREATE TABLE name_change (
    id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    family         TINYINT UNSIGNED NOT NULL,
    -- To be entered, else to be removed.
    adds           BOOLEAN NOT NULL,
    address        VARCHAR(45) NOT NULL,
    -- Who holds the lease: as the client_key of lease4, or the DUID.
    client         VARBINARY(256) NOT NULL,
    hostname       VARCHAR(255) NOT NULL,
    fqdn_fwd       BOOLEAN NOT NULL,
    fqdn_rev       BOOLEAN NOT NULL,
    valid_lifetime BIGINT NOT NULL,
    -- End of the lease, seconds since 1970.
    expire         BIGINT NOT NULL,
    subnet_id      INT UNSIGNED NOT NULL,
    KEY name_change_order (family, id),
    CONSTRAINT name_change_families CHECK (family IN (4, 6))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Who has the row of its family sends; the others wait for their turn, so that all is sent in one order.
CREATE TABLE name_turn (
    family TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    CONSTRAINT name_turn_families CHECK (family IN (4, 6))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO name_turn VALUES (4), (6);

UPDATE schema_version SET version = 6, minor = 0;
