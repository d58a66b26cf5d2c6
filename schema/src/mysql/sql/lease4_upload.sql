-- Rows as a file gives them; a row that is there already is an error and ends the upload.
INSERT INTO lease4
    (address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context,
     pool_id, expire, state)
SELECT asked.address, UNHEX(asked.hwaddr), UNHEX(asked.client_id), UNHEX(asked.relay_id), UNHEX(asked.remote_id),
       asked.valid_lifetime, asked.subnet_id, asked.fqdn_fwd, asked.fqdn_rev, CONVERT(UNHEX(asked.hostname) USING utf8mb4),
       CONVERT(UNHEX(asked.user_context) USING utf8mb4), asked.pool_id,
       TIMESTAMPADD(SECOND, asked.expire, '1970-01-01'), asked.state
FROM JSON_TABLE(?, '$[*]' COLUMNS (
         address INT UNSIGNED PATH '$[0]', hwaddr VARCHAR(510) PATH '$[1]', client_id VARCHAR(510) PATH '$[2]',
         relay_id VARCHAR(510) PATH '$[3]', remote_id VARCHAR(510) PATH '$[4]',
         valid_lifetime INT UNSIGNED PATH '$[5]', subnet_id INT UNSIGNED PATH '$[6]', fqdn_fwd BOOLEAN PATH '$[7]',
         fqdn_rev BOOLEAN PATH '$[8]', hostname VARCHAR(2040) PATH '$[9]', user_context LONGTEXT PATH '$[10]',
         pool_id INT UNSIGNED PATH '$[11]', expire BIGINT PATH '$[12]', state INT UNSIGNED PATH '$[13]')) asked
