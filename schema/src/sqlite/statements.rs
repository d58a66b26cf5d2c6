//! The texts of all statements; each is about one row, and prepared once per connection.

crate::texts::statement_texts! { "sqlite":
    by_client by_hwaddr by_address before claim release_delete release_keep decline due reclaim_delete
    reclaim_keep flush page count count_within upload occupied highest given_back import import_older
    named
}

/// What is in the way in a span.
pub(super) const BY_SPAN: &str = crate::texts::sql!("sqlite", "lease6_by_span");
/// Whether something overlaps a prefix.
pub(super) const OVERLAP: &str = crate::texts::sql!("sqlite", "lease6_overlap");
/// Whether a client holds a prefix.
pub(super) const HELD: &str = crate::texts::sql!("sqlite", "lease6_held");
/// The server DUID: the first worker's candidate stays.
pub(super) const SERVER_DUID_KEEP: &str = crate::texts::sql!("sqlite", "server_duid_keep");
/// A change of a name is written.
pub(super) const NAME_WRITE: &str = crate::texts::sql!("sqlite", "name_write");
/// The oldest changes of names.
pub(super) const NAME_TAKE: &str = crate::texts::sql!("sqlite", "name_take");
/// One that was sent.
pub(super) const NAME_SENT: &str = crate::texts::sql!("sqlite", "name_sent");
/// How many wait.
pub(super) const NAME_WAITING: &str = crate::texts::sql!("sqlite", "name_waiting");
/// The next window of a pool.
pub(super) const POOL_WINDOW: &str = crate::texts::sql!("sqlite", "pool_window");
/// A lease file is taken over, once.
pub(super) const IMPORT_MARK: &str = crate::texts::sql!("sqlite", "import_mark");
/// Whether that was done.
pub(super) const IMPORT_MARKED: &str = crate::texts::sql!("sqlite", "import_marked");
/// The server DUID, replaced.
pub(super) const SERVER_DUID_REPLACE: &str = crate::texts::sql!("sqlite", "server_duid_replace");

/// Reservations of hosts.
pub(super) const HOSTS4_LOOKUP: &str = crate::texts::sql!("sqlite", "hosts4_lookup");
/// Addresses that are reserved.
pub(super) const HOSTS4_RESERVED: &str = crate::texts::sql!("sqlite", "hosts4_reserved");
/// Whether reservations may be added.
pub(super) const HOSTS_WRITE: &str = crate::texts::sql!("sqlite", "hosts_write");

/// A worker renews its row.
pub(super) const WORKER_BEAT: &str = crate::texts::sql!("sqlite", "worker_beat");
/// A worker's first row.
pub(super) const WORKER_ENROLL: &str = crate::texts::sql!("sqlite", "worker_enroll");
/// All workers.
pub(super) const WORKER_LIST: &str = crate::texts::sql!("sqlite", "worker_list");
/// A worker signs off.
pub(super) const WORKER_LEAVE: &str = crate::texts::sql!("sqlite", "worker_leave");
/// Workers that nobody heard of for a day.
pub(super) const WORKER_FORGET: &str = crate::texts::sql!("sqlite", "worker_forget");
/// What a worker counted.
pub(super) const STATISTIC_ADD: &str = crate::texts::sql!("sqlite", "statistic_add");
/// All that was counted.
pub(super) const STATISTIC_LIST: &str = crate::texts::sql!("sqlite", "statistic_list");
/// What was counted under a name.
pub(super) const STATISTIC_TOTAL: &str = crate::texts::sql!("sqlite", "statistic_total");
/// A name counts from zero.
pub(super) const STATISTIC_RESET: &str = crate::texts::sql!("sqlite", "statistic_reset");
/// All counts from zero.
pub(super) const STATISTIC_CLEAR: &str = crate::texts::sql!("sqlite", "statistic_clear");

/// For the session of the registry: the next heartbeat says again what a crash would lose.
pub(super) const REGISTRY_SETTINGS: &str = "PRAGMA synchronous = NORMAL";

/// A transaction that will write takes the lock at once: taking it later could fail.
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
/// A transaction that reads.
pub(super) const BEGIN_READ: &str = "BEGIN";
/// Reads something, whatever it is.
pub(super) const SNAPSHOT: &str = "SELECT count(*) FROM schema_version";
/// Durable when it returns.
pub(super) const COMMIT: &str = "COMMIT";
/// Undo.
pub(super) const ROLLBACK: &str = "ROLLBACK";
/// A claim that replaces another lease is undone alone when it is refused.
pub(super) const SAVE: &str = "SAVEPOINT claim";
/// Keep what was done since.
pub(super) const KEEP: &str = "RELEASE claim";
/// Undo what was done since.
pub(super) const UNDO: &str = "ROLLBACK TO claim";
/// Fold the log into the file and cut it, and let the planner look at what grew.
pub(super) const COMPACT: &str = "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize;";
