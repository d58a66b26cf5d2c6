//! What is told of an evaluation, step by step (manual classify.rst:1178-1252).
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::cell::RefCell;

use murre_classify::{
    ClassSet, Classification, Definition, Names, Rule, Scope, Step, parse_test, parse_value,
};
use murre_wire::Parsing;
use murre_wire::dhcp4::Message;
use murre_wire::option::{Definitions, Universe};
use support::{packet4, subject4};

thread_local! {
    static TOLD: RefCell<Vec<(Step, String)>> = const { RefCell::new(Vec::new()) };
}

fn hear(step: Step, text: &str) {
    TOLD.with_borrow_mut(|told| told.push((step, text.to_owned())));
}

/// Classes `c0`, `c1`, ... with these tests; one that begins with `=` is a template.
fn set(expressions: &[&str]) -> ClassSet {
    let mut names = Names::default();
    let definitions = Definitions::standard(Universe::V4);
    let mut all = Vec::new();
    for (number, text) in expressions.iter().enumerate() {
        let scope = Scope {
            definitions: &definitions,
        };
        let rule = match text.strip_prefix('=') {
            Some(text) => Rule::Template(parse_value(text, scope, &mut names).unwrap()),
            None => Rule::Test(parse_test(text, scope, &mut names).unwrap()),
        };
        all.push(Definition {
            name: format!("c{number}"),
            rule,
            only_if_required: false,
        });
    }
    ClassSet::new(names, all).unwrap()
}

/// Classes of a query after the first pass.
fn classes(set: &ClassSet, options: &[(u8, &[u8])], tell: bool) -> Vec<String> {
    let bytes = packet4(options);
    let message = Message::parse(&bytes, Parsing::Lenient).unwrap();
    let subject = subject4(&message);
    let tell = tell.then_some(hear as fn(Step, &str));
    let mut classification = Classification::new(set, &subject).told(tell);
    classification.first_pass(&mut |class, e| panic!("{class}: {e}"));
    classification.names().map(str::to_owned).collect()
}

fn told(expression: &str, options: &[(u8, &[u8])]) -> Vec<(Step, String)> {
    TOLD.take();
    classes(&set(&[expression]), options, true);
    TOLD.take()
}

#[test]
fn the_manuals_example_is_told_as_there() {
    let steps = told("substring(option[61].hex,0,3) == 'foo'", &[(61, b"foobar")]);
    let expected = [
        (Step::Option, "Pushing option 61 with value 0x666F6F626172"),
        (Step::Literal, "Pushing text string '0'"),
        (Step::Literal, "Pushing text string '3'"),
        (
            Step::Substring,
            "Popping length 3, start 0, string 0x666F6F626172 pushing result 0x666F6F",
        ),
        (Step::Literal, "Pushing text string 'foo'"),
        (
            Step::Equal,
            "Popping 0x666F6F and 0x666F6F pushing result 'true'",
        ),
        (
            Step::Outcome,
            "Expression of class 'c0' evaluated to 'true'",
        ),
    ];
    assert_eq!(steps, expected.map(|(step, text)| (step, text.to_owned())));
}

#[test]
fn what_decides_nothing_is_not_told_of() {
    let steps = told(
        "(option[1].exists and option[2].exists) or not (relay4[1].hex == 0x01)",
        &[(82, &[1, 1, 7])],
    );
    let kinds: Vec<Step> = steps.iter().map(|(step, _)| *step).collect();
    let expected = [
        Step::Option,
        Step::All,
        Step::SubOption,
        Step::Literal,
        Step::Equal,
        Step::Not,
        Step::Any,
        Step::Outcome,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(steps[2].1, "Pushing option 82 sub-option 1 with value 0x07");
}

#[test]
fn who_is_told_gets_the_same_classes() {
    let set = set(&[
        "option[12].hex == 'a'",
        "member('c0') and pkt4.mac == 0x020000000005",
        "not member('c1')",
        "=ifelse(member('c2'), lcase(option[60].hex), hexstring(option[60].hex, ':'))",
        "substring(option[60].hex, 0, 1) == 'X' or vendor-class[*].exists",
        "split(option[60].hex, '.', 2) == 'b' and uint8totext(option[53].hex) == '1'",
        "concat(option[12].hex, option[60].hex) == 'aX'",
    ]);
    let queries: [&[(u8, &[u8])]; 4] = [
        &[],
        &[(12, b"a"), (60, b"X")],
        &[(60, b"x.b")],
        &[(12, b"a"), (60, b"X.b")],
    ];
    for options in queries {
        let plain = classes(&set, options, false);
        assert_eq!(classes(&set, options, true), plain, "{options:?}");
    }
    assert!(TOLD.take().len() > 50);
}
