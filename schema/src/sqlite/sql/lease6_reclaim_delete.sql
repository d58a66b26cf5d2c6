-- Delete an expired lease.
DELETE FROM lease6 WHERE address = ?1
