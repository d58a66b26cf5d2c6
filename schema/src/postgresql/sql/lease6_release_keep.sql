-- Give back, keeping the row for its client to come back to: only the holder's own live row as it was found.
UPDATE lease6 l
SET state = 2, expire = date_trunc('second', now()), valid_lifetime = 0, fqdn_fwd = false, fqdn_rev = false, hostname = ''
FROM unnest($1::inet[], $2::bytea[], $3::integer[], $4::smallint[], $5::bigint[]) AS asked (address, duid, iaid, lease_type, expire)
WHERE l.address = asked.address AND l.state = 0 AND extract(epoch FROM l.expire)::bigint = asked.expire
  AND l.duid = asked.duid AND l.iaid = asked.iaid AND l.lease_type = asked.lease_type
RETURNING l.address
