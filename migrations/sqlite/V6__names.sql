-- Changes of names that somebody shall carry out in the DNS: each was written in the transaction of the lease that
-- it is about, and is deleted by who sent it on. A row is what the lease was, so that the sender needs nothing else.
-- Ids are drawn while the lease's row is locked: of one address, and so of one lease's names, they are in the order
-- of the commits. Who sends holds the write lock meanwhile.

CREATE TABLE name_change (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    family         INTEGER NOT NULL CHECK (family IN (4, 6)),
    -- To be entered, else to be removed.
    adds           INTEGER NOT NULL,
    address        TEXT NOT NULL,
    -- Who holds the lease: as the client_key of lease4, or the DUID.
    client         BLOB NOT NULL,
    hostname       TEXT NOT NULL,
    fqdn_fwd       INTEGER NOT NULL,
    fqdn_rev       INTEGER NOT NULL,
    valid_lifetime INTEGER NOT NULL,
    -- End of the lease, seconds since 1970.
    expire         INTEGER NOT NULL,
    subnet_id      INTEGER NOT NULL
) STRICT;
CREATE INDEX name_change_order ON name_change (family, id);

UPDATE schema_version SET version = 6, minor = 0;
