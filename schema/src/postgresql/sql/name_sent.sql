-- Changes of names that were sent, in the transaction that read them.
DELETE FROM name_change WHERE id = ANY($1::bigint[])
