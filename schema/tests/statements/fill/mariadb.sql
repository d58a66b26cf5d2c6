-- As postgresql.sql.
INSERT INTO lease4 (address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state)
SELECT 167772160 + 3 * seq,
       CASE WHEN seq % 100 = 7 THEN '' ELSE UNHEX(CONCAT('0200', LPAD(HEX(seq), 8, '0'))) END,
       CASE WHEN seq % 100 <> 7 AND seq % 2 = 0 THEN UNHEX(CONCAT('010200', LPAD(HEX(seq), 8, '0'))) END,
       7200,
       TIMESTAMPADD(SECOND, CASE WHEN seq % 100 = 7 THEN seq % 86400
                                 WHEN seq % 10 = 3 THEN -1 - seq % 86400
                                 WHEN seq % 200 = 0 THEN -1 - seq % 3600
                                 ELSE 1 + seq % 7200 END, UTC_TIMESTAMP()),
       seq DIV 1000 + 1, 0, 0, '', CASE WHEN seq % 100 = 7 THEN 1 WHEN seq % 10 = 3 THEN 2 ELSE 0 END
FROM (SELECT CAST(seq AS SIGNED) AS seq FROM seq_0_to_:last) numbers;
INSERT INTO lease6 (address, duid, valid_lifetime, expire, subnet_id, pref_lifetime, lease_type, iaid, prefix_len,
                    fqdn_fwd, fqdn_rev, hostname, state, hwaddr, hwtype, hwaddr_source)
SELECT CASE WHEN seq % 4 = 0 THEN UNHEX(CONCAT('20010DB9', LPAD(HEX(seq), 6, '0'), '000000000000000000'))
            ELSE UNHEX(CONCAT('20010DB8', LPAD(HEX(seq DIV 1000 + 1), 8, '0'), LPAD(HEX(seq), 16, '0'))) END,
       CASE WHEN seq % 100 = 7 THEN x'00' ELSE UNHEX(CONCAT('000300010200', LPAD(HEX(seq), 8, '0'))) END,
       7200,
       TIMESTAMPADD(SECOND, CASE WHEN seq % 100 = 7 THEN seq % 86400
                                 WHEN seq % 10 = 3 THEN -1 - seq % 86400
                                 WHEN seq % 200 = 0 THEN -1 - seq % 3600
                                 ELSE 1 + seq % 7200 END, UTC_TIMESTAMP()),
       seq DIV 1000 + 1, 3600, CASE WHEN seq % 4 = 0 THEN 2 ELSE 0 END, seq % 3,
       CASE WHEN seq % 4 = 0 THEN 56 ELSE 128 END, 0, 0, '',
       CASE WHEN seq % 100 = 7 THEN 1 WHEN seq % 10 = 3 THEN 2 ELSE 0 END,
       UNHEX(CONCAT('0200', LPAD(HEX(seq), 8, '0'))), 1, 1
FROM (SELECT CAST(seq AS SIGNED) AS seq FROM seq_0_to_:last) numbers;
INSERT INTO hosts (host_id, dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id, ipv4_address)
SELECT seq + 1, UNHEX(CONCAT('0200', LPAD(HEX(seq), 8, '0'))), 0, seq DIV 1000 + 1, 167772160 + 3 * seq
FROM (SELECT CAST(seq AS SIGNED) AS seq FROM seq_0_to_:last WHERE seq % 10 = 0) numbers;
INSERT INTO dhcp4_options (code, formatted_value, host_id)
SELECT 3, '192.0.2.1', host_id FROM hosts WHERE host_id % 100 = 1;
