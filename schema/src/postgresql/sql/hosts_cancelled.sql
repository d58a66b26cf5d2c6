-- Whether options of hosts may be cancelled: older tables of Kea do not know that. Reads the catalogue alone.
SELECT EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = to_regclass('dhcp4_options') AND attname = 'cancelled' AND NOT attisdropped)
