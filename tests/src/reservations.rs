//! Reservations that an operator makes with plain SQL.

use std::net::Ipv4Addr;

use crate::{Engine, Leases};

/// Numbers of `host_identifier_type`.
pub mod kind {
    /// Hardware address.
    pub const HW_ADDRESS: u8 = 0;
    /// DUID.
    pub const DUID: u8 = 1;
    /// Circuit identifier.
    pub const CIRCUIT_ID: u8 = 2;
    /// Client identifier.
    pub const CLIENT_ID: u8 = 3;
}

/// One row of `hosts` in the making.
#[derive(Clone, Debug)]
pub struct Reservation {
    kind: u8,
    identifier: Vec<u8>,
    subnet_id: u32,
    columns: Vec<(&'static str, String)>,
    options: Vec<(u8, String)>,
}

impl Reservation {
    /// For who has an identifier, in a subnet; 0 for any.
    pub fn new(kind: u8, identifier: &[u8], subnet_id: u32) -> Self {
        Self {
            kind,
            identifier: identifier.to_vec(),
            subnet_id,
            columns: Vec::new(),
            options: Vec::new(),
        }
    }

    /// Of an address.
    #[must_use]
    pub fn address(mut self, address: Ipv4Addr) -> Self {
        let number = u32::from(address).to_string();
        self.columns.push(("ipv4_address", number));
        self
    }

    /// With a column of text.
    #[must_use]
    pub fn text(mut self, column: &'static str, text: &str) -> Self {
        self.columns.push((column, format!("'{text}'")));
        self
    }

    /// With a column that is a number.
    #[must_use]
    pub fn number(mut self, column: &'static str, number: u32) -> Self {
        self.columns.push((column, number.to_string()));
        self
    }

    /// With an option in its text form.
    #[must_use]
    pub fn option(mut self, code: u8, text: &str) -> Self {
        self.options.push((code, text.to_owned()));
        self
    }

    /// Adds it to a database that has the tables.
    ///
    /// # Panics
    /// When the database refuses it.
    #[track_caller]
    pub fn add_to(&self, leases: &Leases) {
        let digits: String = self.identifier.iter().map(|b| format!("{b:02x}")).collect();
        let identifier = match leases.engine() {
            Engine::Postgresql => format!(r"'\x{digits}'"),
            Engine::Mariadb | Engine::Sqlite => format!("x'{digits}'"),
        };
        let columns = self.columns.iter().map(|(name, _)| format!(", {name}"));
        let values = self.columns.iter().map(|(_, value)| format!(", {value}"));
        let (columns, values): (String, String) = (columns.collect(), values.collect());
        let (kind, subnet) = (self.kind, self.subnet_id);
        leases.query(&format!(
            "INSERT INTO hosts (dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id{columns}) \
             VALUES ({identifier}, {kind}, {subnet}{values})"
        ));
        for (code, text) in &self.options {
            leases.query(&format!(
                "INSERT INTO dhcp4_options (code, formatted_value, host_id) \
                 SELECT {code}, '{text}', host_id FROM hosts \
                 WHERE dhcp_identifier = {identifier} AND dhcp4_subnet_id = {subnet}"
            ));
        }
    }
}
