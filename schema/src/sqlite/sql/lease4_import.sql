-- A row of a lease file that is taken over. The address and the client that a row of the database has
-- are kept by their unique keys: then nothing is changed, and the count of changes says so.
INSERT INTO lease4
    (address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context,
     pool_id, expire, state)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT DO NOTHING
