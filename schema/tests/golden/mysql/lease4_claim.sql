-- takes 1 parameters
-- gives 

INSERT INTO lease4
    (address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context,
     pool_id, state, claim)
SELECT asked.address, UNHEX(asked.hwaddr), UNHEX(asked.client_id), asked.valid_lifetime,
       TIMESTAMPADD(SECOND, asked.valid_lifetime + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP()),
       asked.subnet_id, asked.fqdn_fwd, asked.fqdn_rev, CONVERT(UNHEX(asked.hostname) USING utf8mb4),
       CONVERT(UNHEX(asked.user_context) USING utf8mb4), asked.pool_id, 0, asked.claim
FROM JSON_TABLE(?, '$[*]' COLUMNS (
         address INT UNSIGNED PATH '$[0]', hwaddr VARCHAR(510) PATH '$[1]', client_id VARCHAR(510) PATH '$[2]',
         valid_lifetime INT UNSIGNED PATH '$[3]', subnet_id INT UNSIGNED PATH '$[4]', fqdn_fwd BOOLEAN PATH '$[5]',
         fqdn_rev BOOLEAN PATH '$[6]', hostname VARCHAR(2040) PATH '$[7]', user_context LONGTEXT PATH '$[8]',
         pool_id INT UNSIGNED PATH '$[9]', claim BIGINT UNSIGNED PATH '$[10]')) asked
ORDER BY asked.address
ON DUPLICATE KEY UPDATE
    claim = IF(lease4.address = VALUES(address)
               AND (lease4.state = 2
                    OR lease4.expire <= UTC_TIMESTAMP()
                    OR (lease4.state = 0
                        AND CASE WHEN VALUES(client_id) IS NOT NULL AND lease4.client_id IS NOT NULL
                                 THEN lease4.client_id = VALUES(client_id)
                                 ELSE lease4.hwaddr = VALUES(hwaddr) END)),
               VALUES(claim), lease4.claim),
    hwaddr = IF(lease4.claim = VALUES(claim), VALUES(hwaddr), lease4.hwaddr),
    client_id = IF(lease4.claim = VALUES(claim), VALUES(client_id), lease4.client_id),
    valid_lifetime = IF(lease4.claim = VALUES(claim), VALUES(valid_lifetime), lease4.valid_lifetime),
    expire = IF(lease4.claim = VALUES(claim), VALUES(expire), lease4.expire),
    subnet_id = IF(lease4.claim = VALUES(claim), VALUES(subnet_id), lease4.subnet_id),
    fqdn_fwd = IF(lease4.claim = VALUES(claim), VALUES(fqdn_fwd), lease4.fqdn_fwd),
    fqdn_rev = IF(lease4.claim = VALUES(claim), VALUES(fqdn_rev), lease4.fqdn_rev),
    hostname = IF(lease4.claim = VALUES(claim), VALUES(hostname), lease4.hostname),
    user_context = IF(lease4.claim = VALUES(claim), VALUES(user_context), lease4.user_context),
    pool_id = IF(lease4.claim = VALUES(claim), VALUES(pool_id), lease4.pool_id),
    state = IF(lease4.claim = VALUES(claim), VALUES(state), lease4.state)
