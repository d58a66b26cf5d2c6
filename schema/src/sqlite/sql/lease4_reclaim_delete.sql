-- Delete an expired lease.
DELETE FROM lease4 WHERE address = ?1
