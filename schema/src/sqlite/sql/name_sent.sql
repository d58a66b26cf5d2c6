-- A change of a name that was sent, in the transaction that read it.
DELETE FROM name_change WHERE id = ?1
