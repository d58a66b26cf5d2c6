-- takes 2 parameters
-- gives size, modified

SELECT size, modified FROM lease_import WHERE family = ?1 AND file = ?2
