-- Grant or renew. The primary key decides between clients: a new address is inserted, a row that
-- is there is taken over only if nobody holds it now or this client does; the guard is read under
-- the row's lock. Assignments are made from left to right: the first one is the guard, and writes the
-- claim's own number into a row that is won, with what stood there before in its last two bits; only such a
-- row gets the other values. Where the client's
-- own lease is younger than a minute and ends later it keeps its end: what was decided late, or for an offer,
-- must not take back what the client was told since. What is kept with a lease stays with it while its client has it: a
-- claim that brings no context leaves that of the row, one that does puts it beside what others wrote there; this comes
-- first, while the row still says who its client was. The unique key of
-- the client decides between workers that serve one client: where it is that key that is there
-- already, the row found has another address and stays as it is, and the claim has no row. The rows
-- stand in the text, in address order: bound as JSON, as other batches are, each costs the server a
-- third more, and this is the statement that a server spends most of its time on. The last clause gives the
-- rows as lease4_claimed.sql does, and is left out where a server does not know it or is a node of a cluster.
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
