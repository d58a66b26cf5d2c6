//! `"type": "memfile"` with a lease file of another server: its leases are taken over once, before
//! the first query, into the embedded database that stands for it.
//!
//! The file stays as it is. What was done is remembered in the database, in the transaction that
//! does it: all leases come over or none, and of several workers that start at once one does it. A
//! file that changed since, as the other server ran again, is taken over again: of two rows for one
//! lease the one written last stays. While another process has the file open for writing, nothing is
//! taken over, as what it grants next would be missed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use murre_config::Server;
use murre_control::PidFile;
use murre_leasefile::chain::{self, Position};
use murre_leasefile::{Chain, FileFamily};
use murre_schema::{FileMark, Lease, Store};

use super::{access, writers};
use crate::exchange::{Exchange, Journal};

/// Leases in one portion of the transaction.
const PORTION: usize = 2000;
/// Rows that are logged one by one; more are counted.
const TOLD: u64 = 100;
/// Pause while another worker does it.
const PAUSE: Duration = Duration::from_secs(1);

/// Take over the lease file of a configuration, if there is one and it was not done before.
///
/// # Errors
/// The file cannot be read, more rows are broken than `max-row-errors` allows, or the database
/// failed: nothing was taken over.
pub(super) async fn import<F: Exchange + FileFamily>(
    server: &Server<F>,
    store: &Store<F>,
) -> anyhow::Result<()> {
    let Some(file) = access::lease_file::<F>(&server.lease_database) else {
        return Ok(());
    };
    let files = chain::present(&file)?;
    if files.is_empty() {
        return Ok(());
    }
    let mark = mark(&file, &files)?;
    loop {
        if let Some(before) = store.imported(&mark.file).await? {
            if before == mark {
                return Ok(());
            }
            Journal::<F>::lease_file_changed(&file);
        }
        let taking_over = Import {
            file: &file,
            limit: server.lease_database.max_row_errors,
        };
        match taking_over.run(&files, &mark, store).await {
            Err(error) if is_conflict(&error) => {
                Journal::<F>::lease_file_awaited(&file);
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return outcome.with_context(|| nothing(&file)),
        }
    }
}

fn nothing(file: &Path) -> String {
    format!(
        "nothing of the lease file '{}' was taken over",
        file.display()
    )
}

fn is_conflict(error: &anyhow::Error) -> bool {
    let database = error.downcast_ref::<murre_schema::Error>();
    database.is_some_and(murre_schema::Error::is_retryable)
}

fn mark(file: &Path, files: &[PathBuf]) -> anyhow::Result<FileMark> {
    let fingerprint = chain::fingerprint(files)?;
    let name = file.file_name().unwrap_or_default();
    Ok(FileMark {
        file: name.to_string_lossy().into_owned(),
        size: fingerprint.size,
        modified: fingerprint.modified,
    })
}

struct Import<'a> {
    file: &'a Path,
    /// Most broken rows; 0 is no limit.
    limit: u32,
}

impl Import<'_> {
    async fn run<F: Exchange + FileFamily>(
        &self,
        files: &[PathBuf],
        mark: &FileMark,
        store: &Store<F>,
    ) -> anyhow::Result<()> {
        self.nobody_cleans_up()?;
        for file in files {
            if let Some(writer) = writers::writer_of(file) {
                anyhow::bail!(
                    "{writer} has '{}' open for writing; stop it, then start again",
                    file.display()
                );
            }
        }
        let chain = Chain::<F>::open(files)?;
        let mut broken = 0;
        let newest = chain.newest(|error| {
            broken += 1;
            if broken <= TOLD {
                Journal::<F>::lease_file_row(&error);
            }
            match self.limit {
                limit if limit > 0 && broken > u64::from(limit) => Err(error),
                _ => Ok(()),
            }
        });
        let mut newest = newest
            .await
            .context("more broken rows than max-row-errors")?;
        let mut left = Left::new(&chain);
        let added = store
            .import(
                mark,
                || newest.portion(PORTION).map_err(anyhow::Error::from),
                |position, lease, outcome| left.add(position, lease, outcome),
            )
            .await?;
        if let Some(added) = added {
            let (broken, obsolete) = (newest.broken, newest.obsolete);
            Journal::<F>::lease_file_imported(self.file, added, left.count, broken, obsolete);
        }
        Ok(())
    }

    /// The cleanup of the other server moves the files about.
    fn nobody_cleans_up(&self) -> anyhow::Result<()> {
        let mut name = self.file.as_os_str().to_owned();
        name.push(".pid");
        if let Some(pid) = PidFile::holder(Path::new(&name)) {
            anyhow::bail!(
                "process {pid} is cleaning up '{}'; start again when it is done",
                self.file.display()
            );
        }
        Ok(())
    }
}

/// Leases that are not there as the file has them.
struct Left<'a, F> {
    chain: &'a Chain<F>,
    count: u64,
}

impl<'a, F: Exchange + FileFamily> Left<'a, F> {
    fn new(chain: &'a Chain<F>) -> Self {
        Self { chain, count: 0 }
    }

    fn add(&mut self, position: Position, lease: &Lease<F>, outcome: murre_schema::Imported) {
        self.count += 1;
        if self.count <= TOLD {
            let place = self.chain.place(position);
            let place = place.unwrap_or_else(|error| error.to_string());
            Journal::<F>::lease_file_left(&place, lease, outcome);
        }
    }
}
