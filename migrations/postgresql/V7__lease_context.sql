-- Information about relays is kept in a lease's user context, beside what others write there.

-- The context of a lease whose client claims it again. What others wrote stays; what cannot be read makes way.
CREATE FUNCTION lease_context(held text, given text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF held IS NULL OR given IS NULL THEN
        RETURN coalesce(given, held);
    END IF;
    BEGIN
        IF jsonb_typeof(held::jsonb) <> 'object' OR held::jsonb - 'ISC' = '{}' THEN
            RETURN given;
        END IF;
        RETURN held::jsonb || given::jsonb;
    EXCEPTION WHEN data_exception THEN
        RETURN given;
    END;
END
$$;

UPDATE schema_version SET version = 7, minor = 0;
