-- takes 
-- gives set_config text, pg_advisory_xact_lock void, set_config text, set_config text

SELECT set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(7887336158058606692),
       set_config('lock_timeout', '500ms', true), set_config('idle_in_transaction_session_timeout', '10s', true)
