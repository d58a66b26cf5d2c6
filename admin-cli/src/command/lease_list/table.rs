//! Leases as a table, page by page, so that any number can be shown.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, ContentArrangement};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use murre_schema::{INFINITE_LIFETIME, Lease, LeaseFamily, LeaseKind, State};
use murre_wire::{V4, V6};

use super::json::{colons, kind};

/// What a family shows in columns of its own.
pub(super) trait Row: LeaseFamily {
    /// Headings of the columns after the lease.
    const OWN: &'static [&'static str];
    /// The lease: an address, or a prefix with its length.
    fn lease(lease: &Lease<Self>) -> String;
    /// The cells under [`Row::OWN`].
    fn own(lease: &Lease<Self>) -> Vec<String>;
}

impl Row for V4 {
    const OWN: &'static [&'static str] = &["HARDWARE ADDRESS", "CLIENT ID"];

    fn lease(lease: &Lease<Self>) -> String {
        lease.address.to_string()
    }

    fn own(lease: &Lease<Self>) -> Vec<String> {
        let id = lease.client.client_id.as_deref().unwrap_or_default();
        vec![colons(&lease.client.hwaddr), colons(id)]
    }
}

impl Row for V6 {
    const OWN: &'static [&'static str] = &["TYPE", "DUID", "IAID"];

    fn lease(lease: &Lease<Self>) -> String {
        match lease.client.kind {
            LeaseKind::Pd => format!("{}/{}", lease.address, lease.details.prefix_len),
            _ => lease.address.to_string(),
        }
    }

    fn own(lease: &Lease<Self>) -> Vec<String> {
        let client = &lease.client;
        vec![
            kind(client.kind).to_owned(),
            colons(&client.duid),
            client.iaid.to_string(),
        ]
    }
}

/// A table that keeps its column widths from page to page.
pub(super) struct Table {
    zone: TimeZone,
    headings: Option<Vec<String>>,
    widths: Vec<u16>,
}

impl Table {
    /// For leases of one family, with times in UTC or local time.
    pub(super) fn new<F: Row>(utc: bool) -> Self {
        let zone = if utc {
            TimeZone::UTC
        } else {
            TimeZone::system()
        };
        let name = zone.iana_name().unwrap_or("local time").to_owned();
        let mut headings = vec![F::NAME.to_uppercase() + " LEASE"];
        headings.extend(F::OWN.iter().map(|heading| (*heading).to_owned()));
        headings.extend(["SUBNET", "STATE"].map(str::to_owned));
        headings.push(format!("EXPIRES ({name})"));
        headings.push("HOST NAME".to_owned());
        Self {
            zone,
            headings: Some(headings),
            widths: Vec::new(),
        }
    }

    /// The next page; the first one has the headings.
    pub(super) fn page<F: Row>(&mut self, leases: &[Lease<F>]) -> String {
        if leases.is_empty() {
            return String::new();
        }
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        if let Some(headings) = self.headings.take() {
            let bold = |heading| Cell::new(heading).add_attribute(Attribute::Bold);
            table.set_header(headings.into_iter().map(bold));
        }
        for lease in leases {
            table.add_row(self.cells(lease));
        }
        let mut natural = table.column_max_content_widths();
        for (width, before) in natural.iter_mut().zip(&self.widths) {
            *width = (*width).max(*before);
        }
        self.widths = natural;
        for (column, width) in table.column_iter_mut().zip(&self.widths) {
            column.set_padding((0, 2));
            let width = comfy_table::Width::Fixed(width + 2);
            column.set_constraint(comfy_table::ColumnConstraint::LowerBoundary(width));
        }
        let mut text = String::new();
        for line in table.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn cells<F: Row>(&self, lease: &Lease<F>) -> Vec<Cell> {
        let mut cells = vec![Cell::new(F::lease(lease))];
        cells.extend(F::own(lease).into_iter().map(Cell::new));
        cells.push(Cell::new(lease.subnet_id));
        let state = match lease.state {
            State::Default => "default",
            State::Declined => "declined",
            State::Reclaimed => "expired-reclaimed",
        };
        cells.push(match lease.state {
            State::Declined => Cell::new(state).add_attribute(Attribute::Bold),
            _ => Cell::new(state),
        });
        cells.push(Cell::new(self.time(lease)));
        cells.push(Cell::new(&lease.hostname));
        cells
    }

    fn time<F: LeaseFamily>(&self, lease: &Lease<F>) -> String {
        if lease.valid_lifetime == INFINITE_LIFETIME {
            return "never".to_owned();
        }
        match Timestamp::from_second(lease.expire) {
            Ok(time) => time
                .to_zoned_datetime(self.zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string(),
            Err(_) => lease.expire.to_string(),
        }
    }
}
