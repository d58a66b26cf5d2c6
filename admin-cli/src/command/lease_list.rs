//! `lease-list`: leases for the eye, or as JSON for a pipe.

mod json;
mod table;

use std::io::Write;

use murre_schema::{Lease, Page};
use murre_wire::{Address, V4, V6};

use super::PORTION;
use crate::cli::{ListArgs, Target};
use crate::error::Error;
use murre_leasefile::FileFamily;

/// How a family's leases are shown.
trait Shown: FileFamily + table::Row + json::Object {}

impl<F: FileFamily + table::Row + json::Object> Shown for F {}

/// Show both families unless one was chosen.
pub(super) async fn run(args: &ListArgs) -> Result<(), Error> {
    let target = Target::of(&args.database)?;
    let both = !args.family.v4 && !args.family.v6;
    if args.family.v4 || both {
        list::<V4>(&target, args).await?;
    }
    if args.family.v6 || both {
        list::<V6>(&target, args).await?;
    }
    Ok(())
}

async fn list<F: Shown>(target: &Target, args: &ListArgs) -> Result<(), Error> {
    let store = super::open::<F>(target).await?;
    let mut snapshot = store.snapshot().await?;
    let mut table = table::Table::new::<F>(args.utc);
    let mut left = if args.limit == 0 {
        u64::MAX
    } else {
        args.limit
    };
    let mut page = Page {
        from: F::Address::from_bits(0),
        limit: PORTION,
    };
    let (mut shown, mut more) = (0_u64, false);
    loop {
        let leases = snapshot.page(&page).await?;
        let next = super::next_page(&leases, PORTION);
        let mut wanted = leases;
        wanted.retain(|lease| args.subnet_id.is_none_or(|id| id == lease.subnet_id));
        more = more || wanted.len() as u64 > left;
        wanted.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= wanted.len() as u64;
        shown += wanted.len() as u64;
        print(&wanted, args.json, &mut table)?;
        match next {
            Some(from) if !more => page.from = from,
            _ => break,
        }
    }
    if !args.json {
        let more = if more {
            ", and more (--limit shows them)"
        } else {
            ""
        };
        let family = F::NAME;
        crate::output::line(&format!("{shown} {family} leases{more}\n"))?;
    }
    Ok(())
}

fn print<F: Shown>(leases: &[Lease<F>], json: bool, table: &mut table::Table) -> Result<(), Error> {
    if !json {
        return crate::output::text(&table.page(leases));
    }
    let mut out = std::io::stdout().lock();
    for lease in leases {
        serde_json::to_writer(&mut out, &json::object(lease)).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}
