//! What the database server counts: commits, bytes of its log, and how often it waited for the disk.

use murre_tests::{Engine as Kind, Leases as Table};

/// Totals since the server's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// Transactions that were committed, reading ones too.
    pub(super) commits: u64,
    /// Bytes of the write-ahead log (redo log).
    pub(super) log_bytes: u64,
    /// Times that the log was made durable; of MariaDB, which does not say, that it was written.
    pub(super) syncs: u64,
}

/// PostgreSQL reports what a session did a second after that at the latest.
const POSTGRESQL: &str = "SELECT (SELECT sum(xact_commit)::bigint FROM pg_stat_database), \
     pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, \
     (SELECT wal_sync FROM pg_stat_wal)";
const MARIADB: &str = "SELECT \
     (SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'HANDLER_COMMIT'), \
     (SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'INNODB_LSN_CURRENT'), \
     (SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'INNODB_LOG_WRITES')";

impl Counters {
    /// As they are now; `None` where there is no server.
    pub(super) fn read(table: &Table) -> Option<Self> {
        let query = match table.engine() {
            Kind::Postgresql => POSTGRESQL,
            Kind::Mariadb => MARIADB,
            Kind::Sqlite => return None,
        };
        let rows = table.query(query);
        let number = |at: usize| rows.first()?.get(at)?.parse().ok();
        Some(Self {
            commits: number(0)?,
            log_bytes: number(1)?,
            syncs: number(2)?,
        })
    }

    /// What was added since.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            commits: self.commits.saturating_sub(before.commits),
            log_bytes: self.log_bytes.saturating_sub(before.log_bytes),
            syncs: self.syncs.saturating_sub(before.syncs),
        }
    }
}
