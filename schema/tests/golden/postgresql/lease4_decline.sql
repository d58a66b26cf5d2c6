-- takes _int8, _bytea, _bytea, _int8, _int8
-- gives address int8

UPDATE lease4 l
SET state = 1, hwaddr = '', client_id = NULL,
    valid_lifetime = asked.probation, expire = date_trunc('second', now() + interval '999999 microseconds') + asked.probation * interval '1 second',
    fqdn_fwd = false, fqdn_rev = false, hostname = '', user_context = NULL
FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[]) AS asked (address, hwaddr, client_id, expire, probation)
WHERE l.address = asked.address AND l.state = 0 AND extract(epoch FROM l.expire)::bigint = asked.expire
  AND CASE WHEN asked.client_id IS NOT NULL AND l.client_id IS NOT NULL
           THEN l.client_id = asked.client_id ELSE l.hwaddr = asked.hwaddr END
RETURNING l.address
