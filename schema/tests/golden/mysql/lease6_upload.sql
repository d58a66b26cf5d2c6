-- takes 1 parameters
-- gives 

INSERT INTO lease6
    (address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source, valid_lifetime,
     subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, expire, state)
SELECT UNHEX(asked.address), UNHEX(asked.duid), asked.iaid, asked.lease_type, asked.prefix_len, asked.pref_lifetime,
       UNHEX(asked.hwaddr), asked.hwtype, asked.hwaddr_source, asked.valid_lifetime, asked.subnet_id, asked.fqdn_fwd,
       asked.fqdn_rev, CONVERT(UNHEX(asked.hostname) USING utf8mb4), CONVERT(UNHEX(asked.user_context) USING utf8mb4),
       asked.pool_id, TIMESTAMPADD(SECOND, asked.expire, '1970-01-01'), asked.state
FROM JSON_TABLE(?, '$[*]' COLUMNS (
         address CHAR(32) PATH '$[0]', duid VARCHAR(510) PATH '$[1]', iaid INT UNSIGNED PATH '$[2]',
         lease_type TINYINT UNSIGNED PATH '$[3]', prefix_len TINYINT UNSIGNED PATH '$[4]',
         pref_lifetime INT UNSIGNED PATH '$[5]', hwaddr VARCHAR(510) PATH '$[6]',
         hwtype SMALLINT UNSIGNED PATH '$[7]', hwaddr_source SMALLINT UNSIGNED PATH '$[8]',
         valid_lifetime INT UNSIGNED PATH '$[9]', subnet_id INT UNSIGNED PATH '$[10]', fqdn_fwd BOOLEAN PATH '$[11]',
         fqdn_rev BOOLEAN PATH '$[12]', hostname VARCHAR(2040) PATH '$[13]', user_context LONGTEXT PATH '$[14]',
         pool_id INT UNSIGNED PATH '$[15]', expire BIGINT PATH '$[16]', state INT UNSIGNED PATH '$[17]')) asked
