-- takes 13 parameters
-- gives 

INSERT INTO lease4
    (address, hwaddr, client_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id,
     expire, state, claim)
VALUES ?
ON DUPLICATE KEY UPDATE
    claim = IF(lease4.address = VALUES(address)
               AND (lease4.state = 2
                    OR lease4.expire <= UTC_TIMESTAMP()
                    OR (lease4.state = 0
                        AND CASE WHEN VALUES(client_id) IS NOT NULL AND lease4.client_id IS NOT NULL
                                 THEN lease4.client_id = VALUES(client_id)
                                 ELSE lease4.hwaddr = VALUES(hwaddr) END)),
               VALUES(claim) + CASE WHEN lease4.state = 2 THEN 0
                                    WHEN lease4.expire <= UTC_TIMESTAMP() THEN 2 + lease4.state ELSE 1 END,
               lease4.claim),
    hwaddr = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(hwaddr), lease4.hwaddr),
    client_id = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(client_id), lease4.client_id),
    expire = IF(lease4.claim >> 2 = VALUES(claim) >> 2
                AND NOT (lease4.state = 0 AND lease4.expire > VALUES(expire)
                         AND lease4.expire > TIMESTAMPADD(SECOND, lease4.valid_lifetime, UTC_TIMESTAMP() - INTERVAL 60 SECOND)),
                VALUES(expire), lease4.expire),
    valid_lifetime = IF(lease4.claim >> 2 = VALUES(claim) >> 2 AND lease4.expire = VALUES(expire),
                        VALUES(valid_lifetime), lease4.valid_lifetime),
    subnet_id = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(subnet_id), lease4.subnet_id),
    fqdn_fwd = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(fqdn_fwd), lease4.fqdn_fwd),
    fqdn_rev = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(fqdn_rev), lease4.fqdn_rev),
    hostname = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(hostname), lease4.hostname),
    user_context = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(user_context), lease4.user_context),
    pool_id = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(pool_id), lease4.pool_id),
    state = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(state), lease4.state)
RETURNING address, claim, TIMESTAMPDIFF(SECOND, '1970-01-01', expire) AS expire
