-- takes _inet, _bytea, _int4, _int2, _int8
-- gives address inet

DELETE FROM lease6 l
USING unnest($1::inet[], $2::bytea[], $3::integer[], $4::smallint[], $5::bigint[]) AS asked (address, duid, iaid, lease_type, expire)
WHERE l.address = asked.address AND l.state = 0 AND extract(epoch FROM l.expire)::bigint = asked.expire
  AND l.duid = asked.duid AND l.iaid = asked.iaid AND l.lease_type = asked.lease_type
RETURNING l.address
