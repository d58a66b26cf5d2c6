-- As postgresql.sql.
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :rows),
     leases AS (
    SELECT n, unhex(printf('0200%08x', n)) AS hwaddr, n / 1000 + 1 AS subnet_id,
           CASE WHEN n % 100 = 7 THEN 1 WHEN n % 10 = 3 THEN 2 ELSE 0 END AS state,
           unixepoch() + CASE WHEN n % 100 = 7 THEN n % 86400
                              WHEN n % 10 = 3 THEN -1 - n % 86400
                              WHEN n % 200 = 0 THEN -1 - n % 3600
                              ELSE 1 + n % 7200 END AS expire
    FROM numbers
)
INSERT INTO lease4 (address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state)
SELECT 167772160 + 3 * n, CASE WHEN state = 1 THEN x'' ELSE hwaddr END,
       CASE WHEN state <> 1 AND n % 2 = 0 THEN unhex('01' || hex(hwaddr)) END,
       7200, expire, subnet_id, 0, 0, '', state
FROM leases;

WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :rows),
     leases AS (
    SELECT n, printf('%08x', n) AS who, n / 1000 + 1 AS subnet_id, n % 4 = 0 AS prefix,
           CASE WHEN n % 100 = 7 THEN 1 WHEN n % 10 = 3 THEN 2 ELSE 0 END AS state,
           unixepoch() + CASE WHEN n % 100 = 7 THEN n % 86400
                              WHEN n % 10 = 3 THEN -1 - n % 86400
                              WHEN n % 200 = 0 THEN -1 - n % 3600
                              ELSE 1 + n % 7200 END AS expire
    FROM numbers
)
INSERT INTO lease6 (address, duid, valid_lifetime, expire, subnet_id, pref_lifetime, lease_type, iaid, prefix_len,
                    fqdn_fwd, fqdn_rev, hostname, state, hwaddr, hwtype, hwaddr_source)
SELECT CASE WHEN prefix THEN unhex(printf('20010db9%06x000000000000000000', n))
            ELSE unhex(printf('20010db8%08x%016x', subnet_id, n)) END,
       CASE WHEN state = 1 THEN x'00' ELSE unhex('000300010200' || who) END,
       7200, expire, subnet_id, 3600, CASE WHEN prefix THEN 2 ELSE 0 END, n % 3,
       CASE WHEN prefix THEN 56 ELSE 128 END, 0, 0, '', state, unhex('0200' || who), 1, 1
FROM leases;

INSERT INTO hosts (host_id, dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id, ipv4_address)
SELECT (address - 167772160) / 3, hwaddr, 0, subnet_id, address FROM lease4 WHERE (address - 167772160) % 30 = 0;
INSERT INTO dhcp4_options (code, formatted_value, host_id)
SELECT 3, '192.0.2.1', host_id FROM hosts WHERE host_id % 100 = 0;
