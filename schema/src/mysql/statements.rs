//! The texts of all statements. What is looked up in batches is one JSON parameter, unpacked by JSON_TABLE. What is
//! changed is written into its statement, with what is asked before and after (but for an upload): servers of MariaDB
//! 10.11 were seen to crash in an UPDATE that took its batch from JSON_TABLE, as they were told to stop.

use crate::family::LeaseFamily;

crate::texts::statement_texts! { "mysql":
    lookup_client lookup_hwaddr lookup_address claim claimed held release_keep decline
    reclaim_due reclaim_keep flush_due remove page count count_within upload occupied highest given_back
    named
}

/// The server DUID: the first worker's candidate stays.
const SERVER_DUID_KEEP: &str = crate::texts::sql!("mysql", "server_duid_keep");
/// The server DUID, replaced.
const SERVER_DUID_REPLACE: &str = crate::texts::sql!("mysql", "server_duid_replace");
/// The server DUID.
const SERVER_DUID: &str = crate::texts::sql!("mysql", "server_duid");
/// Changes of names are written.
pub(super) const NAME_WRITE: &str = crate::texts::sql!("mysql", "name_write");
/// Those that were sent.
pub(super) const NAME_SENT: &str = crate::texts::sql!("mysql", "name_sent");
/// Whose turn it is to send them.
const NAME_TURN: &str = crate::texts::sql!("mysql", "name_turn");
/// The oldest of them.
const NAME_TAKE: &str = crate::texts::sql!("mysql", "name_take");
/// How many wait.
const NAME_WAITING: &str = crate::texts::sql!("mysql", "name_waiting");
/// The next window of a pool is taken.
const POOL_WINDOW_TAKE: &str = crate::texts::sql!("mysql", "pool_window_take");
/// Which one it is.
const POOL_WINDOW: &str = crate::texts::sql!("mysql", "pool_window");
/// A worker renews its row.
const WORKER_BEAT: &str = crate::texts::sql!("mysql", "worker_beat");
/// A worker's first row.
const WORKER_ENROLL: &str = crate::texts::sql!("mysql", "worker_enroll");
/// All workers.
const WORKER_LIST: &str = crate::texts::sql!("mysql", "worker_list");
/// A worker signs off.
const WORKER_LEAVE: &str = crate::texts::sql!("mysql", "worker_leave");
/// Workers that nobody heard of for a day.
const WORKER_FORGET: &str = crate::texts::sql!("mysql", "worker_forget");
/// What a worker counted.
const STATISTIC_ADD: &str = crate::texts::sql!("mysql", "statistic_add");
/// All that was counted.
const STATISTIC_LIST: &str = crate::texts::sql!("mysql", "statistic_list");
/// What was counted under a name.
const STATISTIC_TOTAL: &str = crate::texts::sql!("mysql", "statistic_total");
/// A name counts from zero.
const STATISTIC_RESET: &str = crate::texts::sql!("mysql", "statistic_reset");
/// All counts from zero.
const STATISTIC_CLEAR: &str = crate::texts::sql!("mysql", "statistic_clear");
/// What contains new prefixes.
pub(super) const AROUND: &str = crate::texts::sql!("mysql", "lease6_around");
/// Whether something lies in ranges.
pub(super) const INSIDE: &str = crate::texts::sql!("mysql", "lease6_inside");
/// What is in the way in spans.
const LOOKUP_SPAN: &str = crate::texts::sql!("mysql", "lease6_lookup_span");
/// Held while prefixes are claimed.
const PREFIX_LOCK: &str = crate::texts::sql!("mysql", "prefix_lock");
/// Right after it.
const PREFIX_LOCKED: &str = crate::texts::sql!("mysql", "prefix_locked");

/// What follows is one transaction.
pub(super) const BEGIN: &str = "START TRANSACTION";
/// Durable when it returns.
pub(super) const COMMIT: &str = "COMMIT";
/// Nothing of it stays.
pub(super) const ROLLBACK: &str = "ROLLBACK";
/// On a node of a cluster: each statement waits until everything is there that others committed before. Without
/// it a client is told that it has no lease, as another node's grant is on its way.
pub(super) const CAUSAL: &str = "SET SESSION wsrep_sync_wait = 15";
/// A worker that is cut off while the transaction waits for it keeps others waiting no longer than
/// these 10 s.
pub(super) const IMPATIENT: &str = "SET SESSION wait_timeout = 10";
/// As the session began: lanes may be idle for long.
pub(super) const PATIENT: &str = "SET SESSION wait_timeout = 31536000";
/// The isolation of the next transaction only.
pub(super) const REPEATABLE: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
/// The moment of a snapshot is that of this statement.
pub(super) const BEGIN_SNAPSHOT: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

/// When a lease ends, from now, rounded up to a second: in a row that has its lifetime in the column before.
pub(super) const EXPIRY: &str =
    "TIMESTAMPADD(SECOND, valid_lifetime + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP())";

/// When leases of so many seconds end, from now, rounded up to a second: as a variable of the session.
pub(super) fn expiry(seconds: u32) -> (String, String) {
    let variable = format!("@expire{seconds}");
    let text = format!(
        "SET {variable} = TIMESTAMPADD(SECOND, {seconds} + (MICROSECOND(UTC_TIMESTAMP(6)) > 0), UTC_TIMESTAMP())"
    );
    (variable, text)
}

/// A claim that tells nothing of its rows.
pub(super) fn without_returning(claim: &'static str) -> &'static str {
    claim
        .split_once("\nRETURNING")
        .map_or(claim, |(rest, _)| rest)
}

/// A statement that a session has prepared under this name.
pub(super) type Prepared = (&'static str, &'static str);

/// Everything a session of a family prepares.
pub(super) fn prepared<F: LeaseFamily>() -> Vec<Prepared> {
    let texts = texts::<F>();
    let mut all = common(texts).to_vec();
    all.push(match F::PREFIXES {
        true => ("lookup_span", LOOKUP_SPAN),
        false => ("hosts4_reserved", HOSTS4_RESERVED),
    });
    all
}

/// What both families prepare.
fn common(texts: &Texts) -> [Prepared; 26] {
    [
        ("lookup_client", texts.lookup_client),
        ("lookup_hwaddr", texts.lookup_hwaddr),
        ("lookup_address", texts.lookup_address),
        ("reclaim_due", texts.reclaim_due),
        ("flush_due", texts.flush_due),
        ("page", texts.page),
        ("count", texts.count),
        ("count_within", texts.count_within),
        ("upload", texts.upload),
        ("occupied", texts.occupied),
        ("highest", texts.highest),
        ("given_back", texts.given_back),
        ("pool_window_take", POOL_WINDOW_TAKE),
        ("pool_window", POOL_WINDOW),
        ("server_duid_keep", SERVER_DUID_KEEP),
        ("server_duid_replace", SERVER_DUID_REPLACE),
        ("server_duid", SERVER_DUID),
        ("statistic_list", STATISTIC_LIST),
        ("statistic_total", STATISTIC_TOTAL),
        ("statistic_reset", STATISTIC_RESET),
        ("statistic_clear", STATISTIC_CLEAR),
        ("prefix_lock", PREFIX_LOCK),
        ("prefix_locked", PREFIX_LOCKED),
        ("name_turn", NAME_TURN),
        ("name_take", NAME_TAKE),
        ("name_waiting", NAME_WAITING),
    ]
}

/// What a session for the registry prepares beside.
pub(super) const REGISTRY: [Prepared; 6] = [
    ("worker_beat", WORKER_BEAT),
    ("worker_enroll", WORKER_ENROLL),
    ("worker_list", WORKER_LIST),
    ("worker_leave", WORKER_LEAVE),
    ("worker_forget", WORKER_FORGET),
    ("statistic_add", STATISTIC_ADD),
];

/// Reservations of hosts.
pub(super) const HOSTS4_LOOKUP: &str = crate::texts::sql!("mysql", "hosts4_lookup");
/// Addresses that are reserved.
pub(super) const HOSTS4_RESERVED: &str = crate::texts::sql!("mysql", "hosts4_reserved");
/// Whether options of hosts may be cancelled.
pub(super) const HOSTS_CANCELLED: &str = crate::texts::sql!("mysql", "hosts_cancelled");
/// Whether reservations may be added.
pub(super) const HOSTS_WRITE: &str = crate::texts::sql!("mysql", "hosts_write");
