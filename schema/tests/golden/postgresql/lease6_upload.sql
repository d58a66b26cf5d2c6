-- takes _inet, _bytea, _int4, _int2, _int2, _int8, _bytea, _int2, _int2, _int8, _int8, _bool, _bool, _text, _text, _int8, _int8, _int8
-- gives 

INSERT INTO lease6
    (address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source,
     valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, expire, state)
SELECT address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source,
       valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, to_timestamp(expire), state
FROM unnest($1::inet[], $2::bytea[], $3::integer[], $4::smallint[], $5::smallint[], $6::bigint[],
            $7::bytea[], $8::smallint[], $9::smallint[], $10::bigint[], $11::bigint[], $12::boolean[], $13::boolean[],
            $14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[])
     AS asked (address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source,
               valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, expire, state)
