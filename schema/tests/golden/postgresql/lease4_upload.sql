-- takes _int8, _bytea, _bytea, _bytea, _bytea, _int8, _int8, _bool, _bool, _text, _text, _int8, _int8, _int8
-- gives 

INSERT INTO lease4
    (address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context,
     pool_id, expire, state)
SELECT address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context,
       pool_id, to_timestamp(expire), state
FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[], $8::boolean[],
            $9::boolean[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[])
     AS asked (address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname,
               user_context, pool_id, expire, state)
