-- The oldest changes of names. By who has the turn alone, so that nobody sends one while an earlier one of the same
-- name is in another's hand. One that was drawn earlier and is committed later comes with the next portion: its
-- lease is another one.
SELECT id, adds, address, client, hostname, fqdn_fwd, fqdn_rev, valid_lifetime, expire, subnet_id
FROM name_change FORCE INDEX (name_change_order)
WHERE family = ? ORDER BY id LIMIT ?
