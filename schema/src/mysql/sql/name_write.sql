-- Changes of names, in the transaction of their leases; ids in the order of the batch.
INSERT INTO name_change
    (family, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id)
VALUES ?
