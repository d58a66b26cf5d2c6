-- Set aside what its holder found in use, as it was found: nobody's until the probation is over.
UPDATE lease6
SET state = 1, duid = x'00', hwaddr = NULL, pref_lifetime = 0,
    valid_lifetime = ?6, expire = unixepoch('now') + 1 + ?6,
    fqdn_fwd = 0, fqdn_rev = 0, hostname = '', user_context = NULL
WHERE address = ?1 AND state = 0 AND expire = ?5
  AND duid = ?2 AND iaid = ?3 AND lease_type = ?4
