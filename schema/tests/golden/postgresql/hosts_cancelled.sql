-- takes 
-- gives exists bool

SELECT EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = to_regclass('dhcp4_options') AND attname = 'cancelled' AND NOT attisdropped)
