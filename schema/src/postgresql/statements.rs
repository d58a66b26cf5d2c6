//! The texts of all statements, a file each in `sql/`.

/// A family's statements. The comment that opens each file says what guards it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Texts {
    pub(super) lookup: &'static str,
    pub(super) claim: &'static str,
    pub(super) release_delete: &'static str,
    pub(super) release_keep: &'static str,
    pub(super) decline: &'static str,
    pub(super) reclaim_delete: &'static str,
    pub(super) reclaim_keep: &'static str,
    pub(super) flush: &'static str,
    pub(super) page: &'static str,
    pub(super) count: &'static str,
    pub(super) upload: &'static str,
}

macro_rules! texts {
    ($table:literal) => {
        Texts {
            lookup: include_str!(concat!("sql/", $table, "_lookup.sql")),
            claim: include_str!(concat!("sql/", $table, "_claim.sql")),
            release_delete: include_str!(concat!("sql/", $table, "_release_delete.sql")),
            release_keep: include_str!(concat!("sql/", $table, "_release_keep.sql")),
            decline: include_str!(concat!("sql/", $table, "_decline.sql")),
            reclaim_delete: include_str!(concat!("sql/", $table, "_reclaim_delete.sql")),
            reclaim_keep: include_str!(concat!("sql/", $table, "_reclaim_keep.sql")),
            flush: include_str!(concat!("sql/", $table, "_flush.sql")),
            page: include_str!(concat!("sql/", $table, "_page.sql")),
            count: include_str!(concat!("sql/", $table, "_count.sql")),
            upload: include_str!(concat!("sql/", $table, "_upload.sql")),
        }
    };
}

pub(super) const LEASE4: Texts = texts!("lease4");
pub(super) const LEASE6: Texts = texts!("lease6");

/// The server DUID: the first worker's candidate stays.
pub(super) const SERVER_DUID_KEEP: &str = include_str!("sql/server_duid_keep.sql");
/// The server DUID, replaced.
pub(super) const SERVER_DUID_REPLACE: &str = include_str!("sql/server_duid_replace.sql");
