-- takes 10 parameters
-- gives 

INSERT INTO name_change
    (family, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id)
VALUES ?
