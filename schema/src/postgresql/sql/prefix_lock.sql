-- Wait until no other transaction of this database claims prefixes that somebody's may overlap, and
-- keep others out until this one ends: what the claim then sees of overlapping rows stays true. The
-- key is "murre-pd" in ASCII. A worker that is cut off in between keeps the others waiting no longer
-- than these ten seconds.
SELECT pg_advisory_xact_lock(7887336158058606692), set_config('idle_in_transaction_session_timeout', '10s', true)
