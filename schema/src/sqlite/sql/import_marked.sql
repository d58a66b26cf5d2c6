-- What is remembered of a lease file that was taken over.
SELECT size, modified FROM lease_import WHERE family = ?1 AND file = ?2
