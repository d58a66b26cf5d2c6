-- takes 18 parameters
-- gives 

INSERT INTO lease6
    (address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source, valid_lifetime,
     subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, expire, state)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
