//! The statements of a batch of lookups.

use super::script::{Answers, Script};
use super::statements::INSIDE;
use super::value::{json, push_literal};
use crate::batch::Questions;
use crate::family::LeaseFamily;
use crate::prefix::Range;
use crate::row::Value;

/// The arms of a lookup: what some client asks, and clients in any case, as nearly every lookup is about one.
/// Of ranges it is asked first whether anything is in any of them, as mostly there is nothing.
pub(super) fn ask<F: LeaseFamily>(questions: &Questions<'_, F>) -> Script {
    let mut script = Script::default();
    if !questions.ranges.is_empty() {
        let ranges = questions.ranges.iter().map(|(_, range)| *range);
        script = look_inside::<F>(script, ranges);
    }
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
        && questions.ranges.is_empty();
    alone.then(|| bytes(&questions.clients))
}

fn bytes(asked: &[(i64, &[u8])]) -> String {
    let rows = asked.iter();
    json(rows.map(|(number, key)| [Value::Number(*number), Value::Bytes(key)]))
}

/// Whether [`ask_ranges`] has to follow, from the answers to [`ask`], of which it takes its part.
pub(super) fn is_inside<F: LeaseFamily>(
    questions: &Questions<'_, F>,
    answers: &mut Answers,
) -> bool {
    !questions.ranges.is_empty() && !answers.next().is_empty()
}

/// Ask for one row in any of these ranges.
pub(super) fn look_inside<F: LeaseFamily>(
    script: Script,
    ranges: impl IntoIterator<Item = Range<F::Address>>,
) -> Script {
    let mut text = String::new();
    for (low, high) in ranges {
        if !text.is_empty() {
            text.push_str(" OR ");
        }
        text.push_str("l.address BETWEEN ");
        push_literal(&mut text, F::address_value(low));
        text.push_str(" AND ");
        push_literal(&mut text, F::address_value(high));
    }
    script.rows("inside", INSIDE, &text)
}

/// What is in each range.
pub(super) fn ask_ranges<F: LeaseFamily>(questions: &Questions<'_, F>) -> Script {
    let ranges = questions.ranges.iter().map(|(number, (low, high))| {
        let [low, high] = [*low, *high].map(F::address_value);
        [Value::Number(*number), low, high]
    });
    Script::default().batch("lookup_range", &json(ranges))
}
