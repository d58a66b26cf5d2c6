-- takes _int8, _bytea, _bytea, _int8, _int8, _bool, _bool, _text, _text, _int8, _int8, _int8
-- gives 

INSERT INTO lease4
    (address, hwaddr, client_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, expire, state)
SELECT address, hwaddr, client_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id,
       to_timestamp(expire), state
FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[], $6::boolean[], $7::boolean[],
            $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[])
     AS asked (address, hwaddr, client_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id,
               expire, state)
