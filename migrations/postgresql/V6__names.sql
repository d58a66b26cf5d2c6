-- Changes of names that somebody shall carry out in the DNS: each was written in the transaction of the lease that
-- it is about, and is deleted by who sent it on. A row is what the lease was, so that the sender needs nothing else.
-- Ids are drawn while the lease's row is locked: of one address, and so of one lease's names, they are in the order
-- of the commits.

CREATE TABLE name_change (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    family         smallint NOT NULL CHECK (family IN (4, 6)),
    -- To be entered, else to be removed.
    adds           boolean NOT NULL,
    address        varchar(45) NOT NULL,
    -- Who holds the lease: as the client_key of lease4, or the DUID.
    client         bytea NOT NULL,
    hostname       varchar(255) NOT NULL,
    fqdn_fwd       boolean NOT NULL,
    fqdn_rev       boolean NOT NULL,
    valid_lifetime bigint NOT NULL,
    -- End of the lease, seconds since 1970.
    expire         bigint NOT NULL,
    subnet_id      bigint NOT NULL
);
CREATE INDEX name_change_order ON name_change (family, id);

-- Who has the row of its family sends; the others wait for their turn, so that all is sent in one order.
CREATE TABLE name_turn (
    family smallint PRIMARY KEY CHECK (family IN (4, 6))
);
INSERT INTO name_turn VALUES (4), (6);

UPDATE schema_version SET version = 6, minor = 0;
