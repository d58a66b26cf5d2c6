//! `workers`: who serves from the database, and who did a moment ago.

use std::io::IsTerminal;
use std::time::Duration;

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, ContentArrangement};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use murre_schema::fleet::{Presence, Worker};
use murre_schema::{LeaseFamily, Store};
use murre_wire::{V4, V6};

use crate::cli::{Target, WorkersArgs};
use crate::error::Error;
use crate::output;

/// From one look to the next.
const INTERVAL: Duration = Duration::from_secs(1);

/// Moves the cursor to the upper left corner and clears what is below: the screen does not flicker,
/// and what was on it before stays in the terminal's memory.
const CLEAR: &str = "\u{1b}[H\u{1b}[J";

const HEADINGS: [&str; 11] = [
    "NAME",
    "FAMILY",
    "ADDRESSES",
    "VERSION",
    "REVISION",
    "LOAD",
    "SHARING",
    "LAST SEEN",
    "STATE",
    "STARTED",
    "LAST ERROR",
];

/// Show the workers of both families unless one was chosen.
pub(super) async fn run(args: &WorkersArgs) -> Result<(), Error> {
    let target = Target::of(&args.database)?;
    let both = args.family.v4 == args.family.v6;
    let mut looks = Looks {
        v4: match both || args.family.v4 {
            true => Some(super::open(&target).await?),
            false => None,
        },
        v6: match both || args.family.v6 {
            true => Some(super::open(&target).await?),
            false => None,
        },
        zone: match args.utc {
            true => TimeZone::UTC,
            false => TimeZone::system(),
        },
    };
    if !args.watch {
        return output::text(&looks.table().await?);
    }
    watch(&mut looks).await
}

async fn watch(looks: &mut Looks) -> Result<(), Error> {
    let clears = std::io::stdout().is_terminal();
    let mut tick = tokio::time::interval(INTERVAL);
    loop {
        tick.tick().await;
        // A database that is away for a moment is what one watches for.
        let shown = match looks.table().await {
            Ok(table) => table,
            Err(Error::Database(error)) if error.is_connection() => format!("{error}\n"),
            Err(error) => return Err(error),
        };
        let clear = if clears { CLEAR } else { "" };
        let end = if clears { "" } else { "\n" };
        output::text(&format!("{clear}{shown}{end}"))?;
    }
}

/// The registries that are looked at.
struct Looks {
    v4: Option<Store<V4>>,
    v6: Option<Store<V6>>,
    zone: TimeZone,
}

impl Looks {
    async fn table(&mut self) -> Result<String, Error> {
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        let bold = |heading| Cell::new(heading).add_attribute(Attribute::Bold);
        table.set_header(HEADINGS.map(bold));
        add(&mut table, self.v4.as_ref(), &self.zone).await?;
        add(&mut table, self.v6.as_ref(), &self.zone).await?;
        if table.row_count() == 0 {
            return Ok("no worker was here within a day\n".to_owned());
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let lines = table.lines();
        Ok(lines.map(|line| format!("{}\n", line.trim_end())).collect())
    }
}

async fn add<F: LeaseFamily>(
    table: &mut comfy_table::Table,
    store: Option<&Store<F>>,
    zone: &TimeZone,
) -> Result<(), Error> {
    if let Some(store) = store {
        for worker in store.workers().await? {
            table.add_row(cells::<F>(&worker, zone));
        }
    }
    Ok(())
}

fn cells<F: LeaseFamily>(worker: &Worker, zone: &TimeZone) -> Vec<Cell> {
    let presence = worker.presence();
    let state = match presence {
        Presence::Live => "live",
        Presence::Draining => "draining",
        Presence::Silent => "silent",
        Presence::Gone => "gone",
    };
    let state = match presence {
        // Nobody said that it would go.
        Presence::Silent => Cell::new(state).add_attribute(Attribute::Bold),
        _ => Cell::new(state),
    };
    let mut cells = vec![
        Cell::new(&worker.name),
        Cell::new(F::NAME),
        Cell::new(worker.addresses.replace(' ', "\n")),
        Cell::new(&worker.version),
        Cell::new(&worker.revision),
        Cell::new(format!("{:.1}", worker.load)),
        Cell::new(if worker.sharing { "yes" } else { "no" }),
        Cell::new(ago(worker.age)),
        state,
        Cell::new(time(worker.started, zone)),
        Cell::new(&worker.last_error),
    ];
    if presence != Presence::Live {
        // What it had in flight is over.
        if let Some(load) = cells.get_mut(5) {
            *load = Cell::new("");
        }
    }
    cells
}

/// How long ago, in the largest unit that says something.
fn ago(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..60 => format!("{:.1} s ago", age.as_secs_f64()),
        60..3600 => format!("{} min ago", seconds / 60),
        _ => format!("{} h ago", seconds / 3600),
    }
}

fn time(seconds: i64, zone: &TimeZone) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time
            .to_zoned_datetime(zone.clone())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        Err(_) => seconds.to_string(),
    }
}
