//! Where rows would overlap prefixes. It is asked of all spans of a batch whether anything is in the way there, in two
//! plain statements, as mostly there is nothing; only then of single ones.

use std::collections::{HashMap, HashSet};

use murre_wire::Address;

use super::claims::literals;
use super::script::{Answers, Script};
use super::statements;
use super::value::{MySqlRow, push_literal};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::prefix::Span;
use crate::row::{read_address, read_number};

/// Spans in which something stands.
pub(super) type Taken<A> = HashSet<Span<A>>;

/// What [`look`] found.
pub(super) struct Around<A> {
    /// Single addresses that are taken.
    pub(super) taken: Taken<A>,
    /// Something is in one of the ranges, and it has to be asked of each.
    pub(super) in_doubt: bool,
}

/// Ask what is in the way: at the bases of what would contain prefixes, and inside of them.
pub(super) fn look<F: LeaseFamily>(mut script: Script, spans: &[Span<F::Address>]) -> Script {
    let longest = points(spans).map(|span| span.longest).max();
    if let Some(longest) = longest {
        let bases = literals(points(spans).map(|span| F::address_value(span.low)));
        let text = statements::AROUND.replacen('?', &longest.to_string(), 1);
        script = script.rows("around", &text, &bases);
    }
    inside::<F>(script, ranges(spans))
}

/// The answers to [`look`].
pub(super) fn found<F: LeaseFamily>(
    spans: &[Span<F::Address>],
    answers: &mut Answers,
) -> Result<Around<F::Address>, Error> {
    let mut rows = HashMap::new();
    if points(spans).next().is_some() {
        for row in &answers.next() {
            let row = MySqlRow(row);
            let len = read_number::<F>(&row, 1, "prefix_len")?;
            rows.insert(read_address::<F>(&row)?, len);
        }
    }
    let is_taken = |span: &&Span<F::Address>| {
        let len = rows.get(&span.low);
        len.is_some_and(|len| *len <= i64::from(span.longest))
    };
    Ok(Around {
        taken: points(spans).filter(is_taken).copied().collect(),
        in_doubt: ranges(spans).next().is_some() && !answers.next().is_empty(),
    })
}

/// Ask it of each range, where something is in one of them.
pub(super) fn look_inside_each<F: LeaseFamily>(spans: &[Span<F::Address>]) -> Script {
    ranges(spans).fold(Script::default(), |script, span| {
        inside::<F>(script, [span])
    })
}

/// The ranges that [`look_inside_each`] found taken.
pub(super) fn found_inside<A: Address>(spans: &[Span<A>], answers: &mut Answers) -> Vec<Span<A>> {
    let taken = ranges(spans).filter(|_| !answers.next().is_empty());
    taken.copied().collect()
}

fn points<A: Address>(spans: &[Span<A>]) -> impl Iterator<Item = &Span<A>> {
    spans.iter().filter(|span| !span.is_range())
}

fn ranges<A: Address>(spans: &[Span<A>]) -> impl Iterator<Item = &Span<A>> {
    spans.iter().filter(|span| span.is_range())
}

/// Ask for one row in any of these ranges, if there are any.
fn inside<'s, F: LeaseFamily>(
    script: Script,
    ranges: impl IntoIterator<Item = &'s Span<F::Address>>,
) -> Script {
    let mut text = String::new();
    for span in ranges {
        if !text.is_empty() {
            text.push_str(" OR ");
        }
        text.push_str("l.address BETWEEN ");
        push_literal(&mut text, F::address_value(span.low));
        text.push_str(" AND ");
        push_literal(&mut text, F::address_value(span.high));
    }
    match text.is_empty() {
        true => script,
        false => script.rows("inside", statements::INSIDE, &text),
    }
}
