-- What prefix_lock.sql changed in this transaction is as it was; the lock stays until the end.
UPDATE lease6_types SET name = 'IA_PD' WHERE lease_type = 2
