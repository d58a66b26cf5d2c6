//! The log of a lease file that is taken over.

use std::path::Path;

use murre_schema::{Imported, Lease};

use super::{Exchange, Journal};
use crate::log::{Level, ids, message};

impl<F: Exchange> Journal<F> {
    /// The leases of a file are in the database now.
    pub(crate) fn lease_file_imported(
        file: &Path,
        added: u64,
        left: u64,
        broken: u64,
        obsolete: u64,
    ) {
        let file = file.display();
        message!(
            F,
            Level::INFO,
            ids::LEASE_FILE_IMPORTED,
            "{added} leases of {file} were taken over; {left} were not as they stand, {broken} rows were broken, {obsolete} obsolete; the file is not used any more"
        );
    }

    /// Another worker takes over the file.
    pub(crate) fn lease_file_awaited(file: &Path) {
        let file = file.display();
        message!(
            F,
            Level::INFO,
            ids::LEASE_FILE_AWAITED,
            "waiting for another worker that takes over {file}"
        );
    }

    /// Somebody wrote to a file that was taken over before.
    pub(crate) fn lease_file_changed(file: &Path) {
        let file = file.display();
        message!(
            F,
            Level::WARN,
            ids::LEASE_FILE_CHANGED,
            "{file} changed after its leases were taken over: was another server started on it? What it has that is newer is taken over too"
        );
    }

    /// A row is broken.
    pub(crate) fn lease_file_row(error: &murre_leasefile::Error) {
        message!(F, Level::WARN, ids::LEASE_FILE_ROW, "left out: {error}");
    }

    /// A lease is not in the database as the file has it.
    pub(crate) fn lease_file_left(place: &str, lease: &Lease<F>, outcome: Imported) {
        let (address, client) = (lease.address, &lease.client);
        let why = match outcome {
            Imported::Added => return,
            Imported::Ended => "its client has another live lease in the subnet; kept as reclaimed",
            Imported::Present => "the database has a row for this address already, which stays",
        };
        message!(
            F,
            Level::WARN,
            ids::LEASE_FILE_LEFT,
            "{place}: {address} of {client}: {why}"
        );
    }
}
