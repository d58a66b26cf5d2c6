-- takes 15 parameters
-- gives 

INSERT INTO lease4
    (address, hwaddr, client_id, relay_id, remote_id, valid_lifetime, subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context,
     pool_id, expire, state, claim)
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
    user_context = CASE WHEN lease4.claim >> 2 = VALUES(claim) >> 2
                          AND NOT coalesce(lease4.state <> 1
                              AND CASE WHEN VALUES(client_id) IS NOT NULL AND lease4.client_id IS NOT NULL
                                       THEN lease4.client_id = VALUES(client_id)
                                       ELSE lease4.hwaddr = VALUES(hwaddr) END, 0) THEN VALUES(user_context)
                        WHEN lease4.claim >> 2 <> VALUES(claim) >> 2 OR VALUES(user_context) IS NULL
                        THEN lease4.user_context
                        WHEN IF(JSON_VALID(lease4.user_context),
                                JSON_TYPE(lease4.user_context) = 'OBJECT'
                                AND JSON_LENGTH(JSON_REMOVE(lease4.user_context, '$.ISC')) > 0, 0)
                        THEN JSON_SET(lease4.user_context, '$.ISC', JSON_EXTRACT(VALUES(user_context), '$.ISC'))
                        ELSE VALUES(user_context) END,
    relay_id = CASE WHEN lease4.claim >> 2 <> VALUES(claim) >> 2
                          OR (VALUES(user_context) IS NULL
                              AND lease4.state <> 1
                              AND CASE WHEN VALUES(client_id) IS NOT NULL AND lease4.client_id IS NOT NULL
                                       THEN lease4.client_id = VALUES(client_id)
                                       ELSE lease4.hwaddr = VALUES(hwaddr) END)
                        THEN lease4.relay_id ELSE VALUES(relay_id) END,
    remote_id = CASE WHEN lease4.claim >> 2 <> VALUES(claim) >> 2
                          OR (VALUES(user_context) IS NULL
                              AND lease4.state <> 1
                              AND CASE WHEN VALUES(client_id) IS NOT NULL AND lease4.client_id IS NOT NULL
                                       THEN lease4.client_id = VALUES(client_id)
                                       ELSE lease4.hwaddr = VALUES(hwaddr) END)
                        THEN lease4.remote_id ELSE VALUES(remote_id) END,
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
    pool_id = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(pool_id), lease4.pool_id),
    state = IF(lease4.claim >> 2 = VALUES(claim) >> 2, VALUES(state), lease4.state)
RETURNING address, claim, TIMESTAMPDIFF(SECOND, '1970-01-01', expire) AS expire
