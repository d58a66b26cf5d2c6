-- A million leases of each family as a network has them: a thousand subnets, most rows live and of
-- clients that renew, some expired a moment ago and not yet reclaimed, a tenth reclaimed within the last
-- day, one in a hundred declined. Row n is known to shapes.rs. Three quarters of the v6 rows are
-- addresses, the others prefixes.
INSERT INTO lease4 (address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state)
SELECT 167772160 + 3 * n, CASE WHEN state = 1 THEN '' ELSE hwaddr END,
       CASE WHEN state <> 1 AND n % 2 = 0 THEN '\x01'::bytea || hwaddr END,
       7200, now() + ends * interval '1 second', n / 1000 + 1, false, false, '', state
FROM generate_series(0, :rows - 1) AS n
CROSS JOIN LATERAL (SELECT decode('0200' || lpad(to_hex(n), 8, '0'), 'hex') AS hwaddr,
                           CASE WHEN n % 100 = 7 THEN 1 WHEN n % 10 = 3 THEN 2 ELSE 0 END AS state,
                           CASE WHEN n % 100 = 7 THEN n % 86400
                                WHEN n % 10 = 3 THEN -1 - n % 86400
                                WHEN n % 200 = 0 THEN -1 - n % 3600
                                ELSE 1 + n % 7200 END AS ends) AS made;

INSERT INTO lease6 (address, duid, valid_lifetime, expire, subnet_id, pref_lifetime, lease_type, iaid, prefix_len,
                    fqdn_fwd, fqdn_rev, hostname, state, hwaddr, hwtype, hwaddr_source)
SELECT CASE WHEN n % 4 = 0
            THEN ('2001:db9:' || to_hex(n >> 8) || ':' || to_hex((n & 255) << 8) || '::')::inet
            ELSE ('2001:db8:0:' || to_hex(n / 1000 + 1) || '::' || to_hex(n >> 16) || ':' || to_hex(n & 65535))::inet
            END,
       CASE WHEN state = 1 THEN '\x00' ELSE decode('000300010200' || who, 'hex') END,
       7200, now() + ends * interval '1 second', n / 1000 + 1, 3600, CASE WHEN n % 4 = 0 THEN 2 ELSE 0 END, n % 3,
       CASE WHEN n % 4 = 0 THEN 56 ELSE 128 END, false, false, '', state, decode('0200' || who, 'hex'), 1, 1
FROM generate_series(0, :rows - 1) AS n
CROSS JOIN LATERAL (SELECT lpad(to_hex(n), 8, '0') AS who,
                           CASE WHEN n % 100 = 7 THEN 1 WHEN n % 10 = 3 THEN 2 ELSE 0 END AS state,
                           CASE WHEN n % 100 = 7 THEN n % 86400
                                WHEN n % 10 = 3 THEN -1 - n % 86400
                                WHEN n % 200 = 0 THEN -1 - n % 3600
                                ELSE 1 + n % 7200 END AS ends) AS made;

-- Every tenth client of DHCPv4 has a reservation of its address, every hundredth with an option.
INSERT INTO hosts (host_id, dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id, ipv4_address)
SELECT n, decode('0200' || lpad(to_hex(n), 8, '0'), 'hex'), 0, n / 1000 + 1, 167772160 + 3 * n
FROM generate_series(0, :rows - 1, 10) AS n;
INSERT INTO dhcp4_options (code, formatted_value, host_id)
SELECT 3, '192.0.2.1', n FROM generate_series(0, :rows - 1, 100) AS n;
