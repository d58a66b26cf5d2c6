-- A change of a name, in the transaction of its lease.
INSERT INTO name_change (family, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
