-- Whether options of hosts may be cancelled: older tables of Kea do not know that. Reads the catalogue alone.
SELECT COUNT(*) FROM information_schema.columns
WHERE table_schema = DATABASE() AND table_name = 'dhcp4_options' AND column_name = 'cancelled'
