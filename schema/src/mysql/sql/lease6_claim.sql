-- Grant or renew; see lease4_claim.sql. A row that is held as another kind or length is taken. A prefix that
-- overlaps another, as lease6_around.sql and lease6_inside.sql tell, is not among the rows.
INSERT INTO lease6
    (address, duid, iaid, lease_type, prefix_len, pref_lifetime, hwaddr, hwtype, hwaddr_source, valid_lifetime,
     subnet_id, fqdn_fwd, fqdn_rev, hostname, user_context, pool_id, expire, state, claim)
VALUES ?
ON DUPLICATE KEY UPDATE
    claim = IF(lease6.address = VALUES(address)
               AND (lease6.state = 2
                    OR lease6.expire <= UTC_TIMESTAMP()
                    OR (lease6.state = 0 AND lease6.duid = VALUES(duid) AND lease6.iaid = VALUES(iaid)
                        AND lease6.lease_type = VALUES(lease_type) AND lease6.prefix_len = VALUES(prefix_len))),
               VALUES(claim) + CASE WHEN lease6.state = 2 THEN 0
                                    WHEN lease6.expire <= UTC_TIMESTAMP() THEN 2 + lease6.state ELSE 1 END,
               lease6.claim),
    user_context = CASE WHEN lease6.claim >> 2 = VALUES(claim) >> 2
                          AND NOT coalesce(lease6.state <> 1 AND lease6.duid = VALUES(duid) AND lease6.iaid = VALUES(iaid)
                              AND lease6.lease_type = VALUES(lease_type), 0) THEN VALUES(user_context)
                        WHEN lease6.claim >> 2 <> VALUES(claim) >> 2 OR VALUES(user_context) IS NULL
                        THEN lease6.user_context
                        WHEN IF(JSON_VALID(lease6.user_context),
                                JSON_TYPE(lease6.user_context) = 'OBJECT'
                                AND JSON_LENGTH(JSON_REMOVE(lease6.user_context, '$.ISC')) > 0, 0)
                        THEN JSON_SET(lease6.user_context, '$.ISC', JSON_EXTRACT(VALUES(user_context), '$.ISC'))
                        ELSE VALUES(user_context) END,
    duid = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(duid), lease6.duid),
    iaid = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(iaid), lease6.iaid),
    lease_type = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(lease_type), lease6.lease_type),
    prefix_len = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(prefix_len), lease6.prefix_len),
    pref_lifetime = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(pref_lifetime), lease6.pref_lifetime),
    hwaddr = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(hwaddr), lease6.hwaddr),
    hwtype = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(hwtype), lease6.hwtype),
    hwaddr_source = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(hwaddr_source), lease6.hwaddr_source),
    expire = IF(lease6.claim >> 2 = VALUES(claim) >> 2
                AND NOT (lease6.state = 0 AND lease6.expire > VALUES(expire)
                         AND lease6.expire > TIMESTAMPADD(SECOND, lease6.valid_lifetime, UTC_TIMESTAMP() - INTERVAL 60 SECOND)),
                VALUES(expire), lease6.expire),
    valid_lifetime = IF(lease6.claim >> 2 = VALUES(claim) >> 2 AND lease6.expire = VALUES(expire),
                        VALUES(valid_lifetime), lease6.valid_lifetime),
    subnet_id = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(subnet_id), lease6.subnet_id),
    fqdn_fwd = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(fqdn_fwd), lease6.fqdn_fwd),
    fqdn_rev = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(fqdn_rev), lease6.fqdn_rev),
    hostname = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(hostname), lease6.hostname),
    pool_id = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(pool_id), lease6.pool_id),
    state = IF(lease6.claim >> 2 = VALUES(claim) >> 2, VALUES(state), lease6.state)
RETURNING address, claim, TIMESTAMPDIFF(SECOND, '1970-01-01', expire) AS expire
