//! One lease as a line of a lease file; what both families have in common.

use std::fmt::Write as _;
use std::str::FromStr;

use murre_schema::{INFINITE_LIFETIME, Lease, LeaseFamily, State};

use crate::text;

/// Longest host name (RFC 1035 section 2.3.4), as wide as its column.
const MAX_HOSTNAME: usize = 255;

/// Longest hardware address, as in `lease4` and `lease6`.
const MAX_HWADDR: usize = 20;

/// A state newer files know: given back by its client. For Murre that is a reclaimed lease.
const RELEASED: &str = "3";

/// A family whose leases can stand in a lease file.
pub trait FileFamily: LeaseFamily {
    /// Columns in the order of the file.
    const COLUMNS: &'static [&'static str];
    /// How many of them are in every file; older files lack some of the rest.
    const REQUIRED: usize;

    /// Append a lease's fields, without the end of the line.
    fn write(lease: &Lease<Self>, line: &mut Line<'_>);

    /// The lease of a line.
    fn read(fields: &Fields<'_>) -> Result<Lease<Self>, Problem>;

    /// What may be live only once per subnet.
    fn unique_key(client: &Self::Client) -> Vec<u8>;
}

/// What is wrong with a row.
#[derive(Debug)]
pub struct Problem(pub String);

impl Problem {
    /// About one column.
    pub fn at(column: &str, what: impl std::fmt::Display) -> Self {
        Self(format!("column '{column}': {what}"))
    }
}

/// A line in the making.
pub struct Line<'a> {
    out: &'a mut Vec<u8>,
    scratch: String,
    first: bool,
}

impl<'a> Line<'a> {
    /// Start a line at the end of `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            scratch: String::new(),
            first: true,
        }
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
    }

    /// A number or an address.
    pub fn plain(&mut self, value: impl std::fmt::Display) {
        self.separate();
        self.scratch.clear();
        let _ = write!(self.scratch, "{value}");
        self.out.extend_from_slice(self.scratch.as_bytes());
    }

    /// A number that may be missing.
    pub fn optional(&mut self, value: Option<u16>) {
        match value {
            Some(value) => self.plain(value),
            None => self.separate(),
        }
    }

    /// Bytes.
    pub fn hex(&mut self, bytes: &[u8]) {
        self.separate();
        text::put_hex(self.out, bytes);
    }

    /// A text that may hold anything.
    pub fn text(&mut self, value: &str) {
        self.separate();
        text::put_escaped(self.out, value);
    }

    /// A truth value as 0 or 1.
    pub fn flag(&mut self, value: bool) {
        self.plain(u8::from(value));
    }
}

/// Fields of a line, found by column name.
pub struct Fields<'a> {
    columns: &'static [&'static str],
    /// In the order of `columns`; empty when the file has no such column.
    values: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    /// Split a line; `header` says which known column each field is.
    pub fn split(
        line: &'a str,
        header: &[Option<usize>],
        columns: &'static [&'static str],
    ) -> Result<Self, Problem> {
        let mut values = vec![""; columns.len()];
        let mut places = header.iter();
        let mut count = 0;
        for value in line.split(',') {
            count += 1;
            if let Some(Some(place)) = places.next()
                && let Some(slot) = values.get_mut(*place)
            {
                *slot = value;
            }
        }
        if count != header.len() {
            let wanted = header.len();
            return Err(Problem(format!(
                "{count} fields, but the header names {wanted} columns"
            )));
        }
        Ok(Self { columns, values })
    }

    /// A field as it stands; empty when the file has no such column.
    pub fn raw(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|name| *name == column);
        place
            .and_then(|place| self.values.get(place))
            .copied()
            .unwrap_or_default()
    }

    /// A number or address that must be there.
    pub fn parse<T: FromStr>(&self, column: &str, what: &str) -> Result<T, Problem> {
        let raw = self.raw(column);
        raw.parse()
            .map_err(|_| Problem::at(column, format_args!("'{raw}' is not {what}")))
    }

    /// As [`Fields::parse`]; `default` when empty.
    pub fn parse_or<T: FromStr>(&self, column: &str, what: &str, default: T) -> Result<T, Problem> {
        match self.raw(column) {
            "" => Ok(default),
            _ => self.parse(column, what),
        }
    }

    /// A number of 32 bits.
    pub fn number(&self, column: &str) -> Result<u32, Problem> {
        self.parse(column, "a number from 0 to 4294967295")
    }

    /// Bytes, at most `limit` of them.
    pub fn hex(&self, column: &str, limit: usize) -> Result<Vec<u8>, Problem> {
        let raw = self.raw(column);
        let bytes = text::hex(raw).ok_or_else(|| {
            Problem::at(
                column,
                format_args!("'{raw}' is not hexadecimal with colons"),
            )
        })?;
        if bytes.len() > limit {
            let length = bytes.len();
            return Err(Problem::at(
                column,
                format_args!("{length} bytes, at most {limit} are possible"),
            ));
        }
        Ok(bytes)
    }

    /// A hardware address.
    pub fn hwaddr(&self) -> Result<Vec<u8>, Problem> {
        self.hex("hwaddr", MAX_HWADDR)
    }

    fn flag(&self, column: &str) -> Result<bool, Problem> {
        match self.raw(column) {
            "0" => Ok(false),
            "1" => Ok(true),
            other => Err(Problem::at(column, format_args!("'{other}' is not 0 or 1"))),
        }
    }

    /// The row is in a state that becomes another one here.
    pub fn is_released(&self) -> bool {
        self.raw("state") == RELEASED
    }

    fn state(&self) -> Result<State, Problem> {
        if self.is_released() {
            return Ok(State::Reclaimed);
        }
        let number: i64 = self.parse_or("state", "a number", 0)?;
        State::from_number(number).ok_or_else(|| {
            Problem::at(
                "state",
                format_args!(
                    "{number} is none of 0 (default), 1 (declined), 2 (expired-reclaimed)"
                ),
            )
        })
    }

    fn hostname(&self) -> Result<String, Problem> {
        let name = text::unescape(self.raw("hostname"));
        if name.chars().count() > MAX_HOSTNAME {
            return Err(Problem::at(
                "hostname",
                format_args!("longer than {MAX_HOSTNAME} characters"),
            ));
        }
        storable("hostname", &name)?;
        Ok(name.into_owned())
    }

    fn user_context(&self) -> Result<Option<String>, Problem> {
        let context = text::unescape(self.raw("user_context"));
        if context.is_empty() {
            return Ok(None);
        }
        storable("user_context", &context)?;
        if !context.trim_start().starts_with('{') {
            return Err(Problem::at("user_context", "not a JSON map"));
        }
        serde_json::from_str::<serde::de::IgnoredAny>(&context)
            .map_err(|error| Problem::at("user_context", format_args!("not JSON: {error}")))?;
        Ok(Some(context.into_owned()))
    }

    /// When the lease ends. A lease that never ends is put as far away as a worker would put it:
    /// dumps of another server's database say the time of the last transmission instead.
    fn expire(&self, valid_lifetime: u32) -> Result<i64, Problem> {
        let expire: u64 = self.parse("expire", "a time in seconds since 1970")?;
        let expire = i64::try_from(expire)
            .map_err(|_| Problem::at("expire", format_args!("{expire} is too far away")))?;
        let forever = i64::from(INFINITE_LIFETIME);
        Ok(if valid_lifetime == INFINITE_LIFETIME && expire < forever {
            expire + forever
        } else {
            expire
        })
    }

    /// A lease of what the family read and the columns both have.
    pub fn lease<F: LeaseFamily>(
        &self,
        address: F::Address,
        client: F::Client,
        details: F::Details,
    ) -> Result<Lease<F>, Problem> {
        let valid_lifetime = self.number("valid_lifetime")?;
        Ok(Lease {
            address,
            client,
            details,
            valid_lifetime,
            expire: self.expire(valid_lifetime)?,
            subnet_id: self.number("subnet_id")?,
            pool_id: self.parse_or("pool_id", "a number from 0 to 4294967295", 0)?,
            fqdn_fwd: self.flag("fqdn_fwd")?,
            fqdn_rev: self.flag("fqdn_rev")?,
            hostname: self.hostname()?,
            state: self.state()?,
            user_context: self.user_context()?,
        })
    }
}

/// PostgreSQL cannot store NUL, so nobody shall.
fn storable(column: &str, text: &str) -> Result<(), Problem> {
    if text.contains('\0') {
        return Err(Problem::at(column, "holds a NUL character"));
    }
    Ok(())
}
