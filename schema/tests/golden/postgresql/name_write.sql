-- takes _int2, _bool, _text, _bytea, _text, _bool, _bool, _int8, _int8, _int8
-- gives 

INSERT INTO name_change (family, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id)
SELECT asked.family, asked.adds, asked.address, asked.client, asked.hostname, asked.fqdn_fwd, asked.fqdn_rev,
       asked.valid_lifetime, asked.expire, asked.subnet_id
FROM unnest($1::smallint[], $2::boolean[], $3::text[], $4::bytea[], $5::text[], $6::boolean[], $7::boolean[],
            $8::bigint[], $9::bigint[], $10::bigint[])
     WITH ORDINALITY
     AS asked (family, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id, place)
ORDER BY asked.place
