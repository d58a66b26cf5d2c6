-- Give back: only the holder's own live row goes, and only as it was found.
DELETE FROM lease4 l
USING unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[]) AS asked (address, hwaddr, client_id, expire)
WHERE l.address = asked.address AND l.state = 0 AND extract(epoch FROM l.expire)::bigint = asked.expire
  AND CASE WHEN asked.client_id IS NOT NULL AND l.client_id IS NOT NULL
           THEN l.client_id = asked.client_id ELSE l.hwaddr = asked.hwaddr END
RETURNING l.address
