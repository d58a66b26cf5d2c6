-- Wait until no other transaction of this database claims prefixes that somebody's may overlap, and
-- keep others out until this one ends: what the claim then sees of overlapping rows stays true. The
-- key is "murre-pd" in ASCII. Whole batches of all workers stand in this line, so that it is waited in
-- for longer than for a row; and a worker that is cut off while its transaction waits for it keeps the
-- others no longer than ten seconds.
SELECT set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(7887336158058606692),
       set_config('lock_timeout', '500ms', true), set_config('idle_in_transaction_session_timeout', '10s', true)
