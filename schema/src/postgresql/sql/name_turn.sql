-- Whose turn it is to send changes of names, until the transaction ends; no row while it is another's.
SELECT family FROM name_turn WHERE family = $1::bigint FOR UPDATE SKIP LOCKED
