//! The texts of all statements.

crate::texts::statement_texts! { "postgresql":
    lookup claim release_delete release_keep decline reclaim_delete reclaim_keep flush page count
    count_within upload occupied highest given_back named
}

/// Held while prefixes are claimed.
pub(super) const PREFIX_LOCK: &str = crate::texts::sql!("postgresql", "prefix_lock");
/// The next window of a pool.
pub(super) const POOL_WINDOW: &str = crate::texts::sql!("postgresql", "pool_window");
/// The server DUID: the first worker's candidate stays.
pub(super) const SERVER_DUID_KEEP: &str = crate::texts::sql!("postgresql", "server_duid_keep");
/// The server DUID, replaced.
pub(super) const SERVER_DUID_REPLACE: &str =
    crate::texts::sql!("postgresql", "server_duid_replace");

/// Reservations of hosts.
pub(super) const HOSTS4_LOOKUP: &str = crate::texts::sql!("postgresql", "hosts4_lookup");
/// Addresses that are reserved.
pub(super) const HOSTS4_RESERVED: &str = crate::texts::sql!("postgresql", "hosts4_reserved");
/// Whether options of hosts may be cancelled.
pub(super) const HOSTS_CANCELLED: &str = crate::texts::sql!("postgresql", "hosts_cancelled");
/// Whether reservations may be added.
pub(super) const HOSTS_WRITE: &str = crate::texts::sql!("postgresql", "hosts_write");
/// Changes of names are written.
pub(super) const NAME_WRITE: &str = crate::texts::sql!("postgresql", "name_write");
/// Whose turn it is to send them.
pub(super) const NAME_TURN: &str = crate::texts::sql!("postgresql", "name_turn");
/// The oldest of them.
pub(super) const NAME_TAKE: &str = crate::texts::sql!("postgresql", "name_take");
/// Those that were sent.
pub(super) const NAME_SENT: &str = crate::texts::sql!("postgresql", "name_sent");
/// How many wait.
pub(super) const NAME_WAITING: &str = crate::texts::sql!("postgresql", "name_waiting");

/// A worker renews its row.
pub(super) const WORKER_BEAT: &str = crate::texts::sql!("postgresql", "worker_beat");
/// A worker's first row.
pub(super) const WORKER_ENROLL: &str = crate::texts::sql!("postgresql", "worker_enroll");
/// All workers.
pub(super) const WORKER_LIST: &str = crate::texts::sql!("postgresql", "worker_list");
/// A worker signs off.
pub(super) const WORKER_LEAVE: &str = crate::texts::sql!("postgresql", "worker_leave");
/// Workers that nobody heard of for a day.
pub(super) const WORKER_FORGET: &str = crate::texts::sql!("postgresql", "worker_forget");
/// What a worker counted.
pub(super) const STATISTIC_ADD: &str = crate::texts::sql!("postgresql", "statistic_add");
/// All that was counted.
pub(super) const STATISTIC_LIST: &str = crate::texts::sql!("postgresql", "statistic_list");
/// What was counted under a name.
pub(super) const STATISTIC_TOTAL: &str = crate::texts::sql!("postgresql", "statistic_total");
/// A name counts from zero.
pub(super) const STATISTIC_RESET: &str = crate::texts::sql!("postgresql", "statistic_reset");
/// All counts from zero.
pub(super) const STATISTIC_CLEAR: &str = crate::texts::sql!("postgresql", "statistic_clear");

/// For the session of the registry: the next heartbeat says again what a crash would lose.
pub(super) const REGISTRY_SETTINGS: &str = "SET synchronous_commit = off";

/// For sessions that work in batches: a lock is waited for for half the time that the server takes
/// to look for a deadlock, then the batch is tried again. A transaction that its worker will never
/// end, as it gave up the connection or vanished, lets go of its rows.
pub(super) const LANE_SETTINGS: &str =
    "SET lock_timeout = '500ms'; SET idle_in_transaction_session_timeout = '30s'";

/// An upload is not tried again, and waits; how fast its rows come is its reader's business.
pub(super) const BEGIN_UPLOAD: &str = "BEGIN; SET LOCAL lock_timeout = 0; \
     SET LOCAL idle_in_transaction_session_timeout = 0";

/// The moment of a snapshot is that of its first question, whatever it reads.
pub(super) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL idle_in_transaction_session_timeout = 0; SELECT 1";
