-- Changes of names that were sent, in the transaction that read them.
DELETE c FROM name_change c FORCE INDEX (PRIMARY) WHERE c.id IN (?)
