//! `lease-upload`: the leases of a lease file into the database, all or none.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use murre_schema::{Lease, Lookup, State, Store};
use murre_wire::{V4, V6};

use super::PORTION;
use crate::cli::{Target, UploadArgs};
use crate::error::Error;
use crate::output;
use crate::progress;
use murre_leasefile::{FileFamily, LeaseFile, Survey};

const NAME: &str = "lease-upload";

/// Addresses or clients asked for at once when a conflict is looked for.
const QUESTION: usize = 64;

/// Check the options, then upload.
pub(super) async fn run(args: &UploadArgs) -> Result<(), Error> {
    let v4 = super::needs_v4(args.family, NAME)?;
    let path = args
        .input
        .as_deref()
        .ok_or_else(|| super::needs(NAME, "-i FILE, the lease file to read"))?;
    let target = Target::of(&args.database)?;
    if args.yes {
        output::info("-y is not needed: no file is written");
    }
    if v4 {
        upload::<V4>(&target, path).await
    } else {
        upload::<V6>(&target, path).await
    }
}

async fn upload<F: FileFamily>(target: &Target, path: &Path) -> Result<(), Error> {
    let file = LeaseFile::<F>::open(path)?;
    let bar = progress::bar("checking (bytes)", file.bytes());
    let survey = file.survey(|read| bar.set_position(read)).await?;
    bar.finish_and_clear();
    tell(&file, &survey);
    if survey.rows == 0 {
        return Err(Error::refused("CSV file has no leases"));
    }
    let store = super::open::<F>(target).await?;
    let mut leases = file.leases(&survey).await?;
    let bar = progress::bar("uploading", survey.rows - survey.removals);
    let outcome = store
        .upload(|| {
            let portion = leases.portion(PORTION as usize)?;
            bar.inc(portion.len() as u64);
            Ok(portion)
        })
        .await;
    bar.finish_and_clear();
    match outcome {
        Ok(count) => {
            let (family, path) = (F::NAME, path.display());
            output::info(&format!("{count} {family} leases of '{path}' added"));
            Ok(())
        }
        Err(Error::Database(error)) if !error.is_connection() => {
            let problem = conflict(&store, &file, &survey, &leases.portion).await?;
            Err(Error::refused(format!(
                "nothing was added: {}",
                problem.unwrap_or_else(|| error.to_string())
            )))
        }
        Err(error) => Err(error),
    }
}

/// What of the file is not taken over as it stands.
fn tell<F: FileFamily>(file: &LeaseFile<F>, survey: &Survey) {
    if !file.unknown.is_empty() {
        output::info(&format!(
            "columns without a meaning here are left out: {}",
            file.unknown.join(", ")
        ));
    }
    if survey.released > 0 {
        output::info(&format!(
            "{} rows in state 3 (released) are kept in state 2 (expired-reclaimed)",
            survey.released
        ));
    }
}

/// Which lease of the last portion stands against what, as the engine's message does not tell.
async fn conflict<F: FileFamily>(
    store: &Store<F>,
    file: &LeaseFile<F>,
    survey: &Survey,
    portion: &[u64],
) -> Result<Option<String>, Error> {
    let mut rows = Vec::with_capacity(portion.len());
    for offset in portion {
        rows.push((*offset, file.lease_at(*offset)?));
    }
    for rows in rows.chunks(QUESTION) {
        let problem = match address_conflict(store, file, rows).await? {
            None => client_conflict(store, file, rows).await?,
            found => found,
        };
        if problem.is_some() {
            return Ok(problem);
        }
    }
    twice_in_file(file, survey).await
}

/// A lease of the file whose address has a row already.
async fn address_conflict<F: FileFamily>(
    store: &Store<F>,
    file: &LeaseFile<F>,
    rows: &[(u64, Lease<F>)],
) -> Result<Option<String>, Error> {
    let lookup = Lookup {
        addresses: rows.iter().map(|(_, lease)| lease.address).collect(),
        ..Lookup::default()
    };
    let found = store.lookup(lookup).await?.by_address;
    for (offset, lease) in rows {
        if found.iter().any(|f| f.lease.address == lease.address) {
            return Ok(Some(format!(
                "the lease of {} in line {} is in the database already",
                lease.address,
                file.line_of(*offset)?
            )));
        }
    }
    Ok(None)
}

/// A live lease of the file whose client has another one in the database.
async fn client_conflict<F: FileFamily>(
    store: &Store<F>,
    file: &LeaseFile<F>,
    rows: &[(u64, Lease<F>)],
) -> Result<Option<String>, Error> {
    let live = || {
        rows.iter()
            .filter(|(_, lease)| lease.state == State::Default)
    };
    let lookup = Lookup {
        clients: live()
            .map(|(_, lease)| F::lookup_key(&lease.client))
            .collect(),
        ..Lookup::default()
    };
    let found = store.lookup(lookup).await?.by_client;
    for (offset, lease) in live() {
        let other = found
            .iter()
            .map(|found| &found.lease)
            .find(|other| other.state == State::Default && unique_key(other) == unique_key(lease));
        if let Some(other) = other {
            return Ok(Some(format!(
                "the client of {} in line {} holds {} in the database already",
                lease.address,
                file.line_of(*offset)?,
                other.address
            )));
        }
    }
    Ok(None)
}

/// Two live leases of one client in one subnet within the file. Keeps 8 + 8 bytes a lease.
async fn twice_in_file<F: FileFamily>(
    file: &LeaseFile<F>,
    survey: &Survey,
) -> Result<Option<String>, Error> {
    let hasher = RandomState::new();
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let mut leases = file.leases(survey).await?;
    while let Some((offset, lease)) = leases.next_lease()? {
        if lease.state != State::Default {
            continue;
        }
        let before = seen.insert(hasher.hash_one(unique_key(&lease)), offset);
        let Some(before) = before else { continue };
        let other = file.lease_at(before)?;
        if unique_key(&other) == unique_key(&lease) {
            return Ok(Some(format!(
                "lines {} and {} give one client two leases in subnet {}, {} and {}",
                file.line_of(before)?,
                file.line_of(offset)?,
                lease.subnet_id,
                other.address,
                lease.address
            )));
        }
    }
    Ok(None)
}

/// What only one live row may have.
fn unique_key<F: FileFamily>(lease: &Lease<F>) -> (u32, Vec<u8>) {
    (lease.subnet_id, F::unique_key(&lease.client))
}
