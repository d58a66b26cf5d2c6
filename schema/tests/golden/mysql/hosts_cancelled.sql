-- takes 0 parameters
-- gives COUNT(*)

SELECT COUNT(*) FROM information_schema.columns
WHERE table_schema = DATABASE() AND table_name = 'dhcp4_options' AND column_name = 'cancelled'
