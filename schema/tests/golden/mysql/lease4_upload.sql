-- takes 1 parameters
-- gives 

INSERT INTO lease4
    (address, hwaddr, client_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id,
     expire, state)
SELECT asked.address, UNHEX(asked.hwaddr), UNHEX(asked.client_id), asked.valid_lifetime, asked.subnet_id,
       asked.fqdn_fwd, asked.fqdn_rev, CONVERT(UNHEX(asked.hostname) USING utf8mb4),
       CONVERT(UNHEX(asked.user_context) USING utf8mb4), asked.pool_id,
       TIMESTAMPADD(SECOND, asked.expire, '1970-01-01'), asked.state
FROM JSON_TABLE(?, '$[*]' COLUMNS (
         address INT UNSIGNED PATH '$[0]', hwaddr VARCHAR(510) PATH '$[1]', client_id VARCHAR(510) PATH '$[2]',
         valid_lifetime INT UNSIGNED PATH '$[3]', subnet_id INT UNSIGNED PATH '$[4]', fqdn_fwd BOOLEAN PATH '$[5]',
         fqdn_rev BOOLEAN PATH '$[6]', hostname VARCHAR(2040) PATH '$[7]', user_context LONGTEXT PATH '$[8]',
         pool_id INT UNSIGNED PATH '$[9]', expire BIGINT PATH '$[10]', state INT UNSIGNED PATH '$[11]')) asked
