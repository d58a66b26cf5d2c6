-- takes int8
-- gives name varchar, incarnation int8, slot int8, addresses text, version text, revision text, int8 int8, sharing bool, draining bool, ?column? bool, floor int8, floor int8, floor int8, last_error text

SELECT name, incarnation, slot::bigint, addresses, version, revision,
       (in_flight * 100)::bigint, sharing, draining, ended IS NOT NULL,
       floor(extract(epoch FROM started))::bigint,
       floor(extract(epoch FROM last_seen))::bigint,
       floor(extract(epoch FROM clock_timestamp() - last_seen) * 1000)::bigint,
       last_error
FROM worker WHERE family = $1::bigint ORDER BY slot
