//! `lease-dump`: all leases of a family as a lease file, in address order and of one moment.

use std::io::IsTerminal;
use std::path::Path;

use indicatif::ProgressBar;
use murre_schema::{Page, Store};
use murre_wire::{Address, V4, V6};

use super::PORTION;
use crate::cli::{DumpArgs, Target};
use crate::error::Error;
use crate::output;
use crate::progress;
use murre_leasefile::{FileFamily, Line};

const NAME: &str = "lease-dump";

/// Check the options, then dump.
pub(super) async fn run(args: &DumpArgs) -> Result<(), Error> {
    let v4 = super::needs_v4(args.family, NAME)?;
    let path = args
        .output
        .as_deref()
        .ok_or_else(|| super::needs(NAME, "-o FILE, the lease file to write"))?;
    let target = Target::of(&args.database)?;
    if v4 {
        dump::<V4>(&target, path, args.yes).await
    } else {
        dump::<V6>(&target, path, args.yes).await
    }
}

async fn dump<F: FileFamily>(target: &Target, path: &Path, yes: bool) -> Result<(), Error> {
    let store = super::open::<F>(target).await?;
    let mut out = output::Target::create(path, yes)?;
    let bar = bar(&store).await?;
    let mut snapshot = store.snapshot().await?;
    out.write(format!("{}\n", F::COLUMNS.join(",")).as_bytes())?;
    let mut page = Page {
        from: F::Address::from_bits(0),
        limit: PORTION,
    };
    let (mut lines, mut count) = (Vec::new(), 0);
    loop {
        let leases = snapshot.page(&page).await?;
        lines.clear();
        for lease in &leases {
            F::write(lease, &mut Line::new(&mut lines));
            lines.push(b'\n');
        }
        out.write(&lines)?;
        count += leases.len() as u64;
        bar.set_position(count);
        match super::next_page(&leases, PORTION) {
            Some(from) => page.from = from,
            None => break,
        }
    }
    out.finish()?;
    bar.finish_and_clear();
    if path != Path::new("-") {
        let (family, path) = (F::NAME, path.display());
        output::info(&format!("{count} {family} leases in '{path}'"));
    }
    Ok(())
}

/// Rows are counted only for somebody who looks.
async fn bar<F: FileFamily>(store: &Store<F>) -> Result<ProgressBar, Error> {
    if !std::io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let counts = store.count().await?;
    let rows = counts.iter().map(|count| count.leases).sum();
    Ok(progress::bar("writing", rows))
}
