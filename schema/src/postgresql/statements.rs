//! The texts of all statements.

crate::texts::statement_texts! { "postgresql":
    lookup claim release_delete release_keep decline reclaim_delete reclaim_keep flush page count
    upload
}

/// Held while prefixes are claimed.
pub(super) const PREFIX_LOCK: &str = crate::texts::sql!("postgresql", "prefix_lock");
/// The server DUID: the first worker's candidate stays.
pub(super) const SERVER_DUID_KEEP: &str = crate::texts::sql!("postgresql", "server_duid_keep");
/// The server DUID, replaced.
pub(super) const SERVER_DUID_REPLACE: &str =
    crate::texts::sql!("postgresql", "server_duid_replace");

/// The moment of a snapshot is that of its first statement, whatever it reads.
pub(super) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";
