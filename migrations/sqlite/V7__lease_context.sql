-- Information about relays is kept in a lease's user context, beside what others write there. Here the claim says how
-- in words of its own; the other engine has a function for it.

UPDATE schema_version SET version = 7, minor = 0;
