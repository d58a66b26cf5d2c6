-- Whose turn it is to send changes of names, until the transaction ends; no row while it is another's.
SELECT family FROM name_turn FORCE INDEX (PRIMARY) WHERE family = ? FOR UPDATE SKIP LOCKED
