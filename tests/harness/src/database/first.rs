//! The way back to the schema's first version, for tests that upgrade from there.

/// Statements that take away what came after the first version, on an engine known by its name (`postgresql`,
/// `mariadb` or `sqlite`).
#[must_use]
pub fn steps_back_to_the_first_version(engine: &str) -> Vec<&'static str> {
    let given_back: &[&str] = match engine {
        "mariadb" => &[
            "ALTER TABLE lease4 DROP KEY lease4_given_back, DROP COLUMN given_back_by, DROP COLUMN given_back_at",
            "ALTER TABLE lease6 DROP KEY lease6_given_back, DROP COLUMN given_back_by, DROP COLUMN given_back_at",
        ],
        _ => &[
            "DROP INDEX lease4_given_back",
            "DROP INDEX lease6_given_back",
        ],
    };
    let own: &[&str] = match engine {
        "postgresql" => &[
            "DROP FUNCTION lease_context(text, text)",
            "DROP TABLE name_turn",
        ],
        "mariadb" => &["DROP TABLE name_turn"],
        _ => &[],
    };
    let tables = [
        "DROP VIEW workers",
        "DROP TABLE worker",
        "DROP TABLE pool_cursor",
        "DROP VIEW reservations4",
        "DROP TABLE dhcp4_options",
        "DROP TABLE dhcp6_options",
        "DROP TABLE ipv6_reservations",
        "DROP TABLE hosts",
        "DROP TABLE dhcp_option_scope",
        "DROP TABLE host_identifier_type",
        "DROP TABLE statistic",
        "DROP TABLE name_change",
    ];
    let history = [
        "UPDATE schema_version SET version = 1",
        "DELETE FROM refinery_schema_history WHERE version > 1",
    ];
    [given_back, own, &tables, &history].concat()
}
