-- takes _inet, _bytea, _int4, _int2
-- gives address inet

DELETE FROM lease6 l
USING unnest($1::inet[], $2::bytea[], $3::integer[], $4::smallint[]) AS asked (address, duid, iaid, lease_type)
WHERE l.address = asked.address AND l.state = 0
  AND l.duid = asked.duid AND l.iaid = asked.iaid AND l.lease_type = asked.lease_type
RETURNING l.address
