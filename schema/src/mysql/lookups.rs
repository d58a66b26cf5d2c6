//! The statements of a batch of lookups.

use super::script::{Answers, Script};
use super::spans;
use super::value::json;
use crate::batch::Questions;
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::prefix::Span;
use crate::row::{Value, span_values};

/// The arms of a lookup: what some client asks, and clients in any case, as nearly every lookup is about one.
/// Of spans it is asked first whether anything is in the way in any of them.
pub(super) fn ask<F: LeaseFamily>(questions: &Questions<'_, F>) -> Script {
    let mut script = spans::look::<F>(Script::default(), &asked(questions));
    script = script.batch("lookup_client", &bytes(&questions.clients));
    if !questions.hwaddrs.is_empty() {
        script = script.batch("lookup_hwaddr", &bytes(&questions.hwaddrs));
    }
    if !questions.addresses.is_empty() {
        let addresses = questions.addresses.iter();
        let addresses =
            addresses.map(|(number, address)| [Value::Number(*number), F::address_value(*address)]);
        script = script.batch("lookup_address", &json(addresses));
    }
    script
}

/// The questions, if all are about clients.
pub(super) fn clients_alone<F: LeaseFamily>(questions: &Questions<'_, F>) -> Option<String> {
    let alone = questions.hwaddrs.is_empty()
        && questions.addresses.is_empty()
        && questions.spans.is_empty();
    alone.then(|| bytes(&questions.clients))
}

fn bytes(asked: &[(i64, &[u8])]) -> String {
    let rows = asked.iter();
    json(rows.map(|(number, key)| [Value::Number(*number), Value::Bytes(key)]))
}

/// Ask for the rows of spans in which something was found ([`ask`]), if it was in any; takes its part of the answers.
pub(super) fn ask_spans<F: LeaseFamily>(
    questions: &Questions<'_, F>,
    answers: &mut Answers,
) -> Result<Option<Script>, Error> {
    let around = spans::found::<F>(&asked(questions), answers)?;
    let is_wanted =
        |span: &Span<F::Address>| around.taken.contains(span) || around.in_doubt && span.is_range();
    let wanted = questions.spans.iter().filter(|(_, span)| is_wanted(span));
    let mut wanted = wanted
        .map(|(number, span)| {
            let [low, high, longest] = span_values::<F>(*span);
            [Value::Number(*number), low, high, longest]
        })
        .peekable();
    if wanted.peek().is_none() {
        return Ok(None);
    }
    Ok(Some(Script::default().batch("lookup_span", &json(wanted))))
}

fn asked<F: LeaseFamily>(questions: &Questions<'_, F>) -> Vec<Span<F::Address>> {
    questions.spans.iter().map(|(_, span)| *span).collect()
}
