-- takes _inet, _bytea, _int4, _int2, _int8, _int8
-- gives address inet

UPDATE lease6 l
SET state = 1, duid = '\x00', hwaddr = NULL, pref_lifetime = 0,
    valid_lifetime = asked.probation, expire = date_trunc('second', now() + interval '999999 microseconds') + asked.probation * interval '1 second',
    fqdn_fwd = false, fqdn_rev = false, hostname = '', user_context = NULL
FROM unnest($1::inet[], $2::bytea[], $3::integer[], $4::smallint[], $5::bigint[], $6::bigint[]) AS asked (address, duid, iaid, lease_type, expire, probation)
WHERE l.address = asked.address AND l.state = 0 AND extract(epoch FROM l.expire)::bigint = asked.expire
  AND l.duid = asked.duid AND l.iaid = asked.iaid AND l.lease_type = asked.lease_type
RETURNING l.address
