//! What must hold for any expression and any query: parsing says where it is wrong, and classes that
//! were compiled together say what each expression says alone.

use murre_classify::{
    ClassSet, Classification, Definition, Membership, Names, Rule, Scope, Subject, Subject4,
    Subject6, Test, parse_test, parse_value,
};
use murre_wire::option::{Definitions, Universe};
use murre_wire::{Parsing, dhcp4, dhcp6};

/// Takes each line of `text` as an expression and `packet` as the query.
pub(crate) fn any_input(text: &str, packet: &[u8]) {
    if let Ok(message) = dhcp4::Message::parse(packet, Parsing::Lenient) {
        let subject = Subject4 {
            message: &message,
            interface: "eth0",
            source: [192, 0, 2, 1].into(),
            destination: [192, 0, 2, 2].into(),
        };
        lines(Universe::V4, text, &subject);
    }
    if let Ok(message) = dhcp6::Message::parse(packet, Parsing::Lenient) {
        let subject = Subject6 {
            message: &message,
            interface: "eth0",
            source: 1.into(),
            destination: 2.into(),
        };
        lines(Universe::V6, text, &subject);
    }
}

fn lines(universe: Universe, text: &str, subject: &impl Subject) {
    let definitions = Definitions::standard(universe);
    let scope = Scope {
        definitions: &definitions,
    };
    let mut names = Names::default();
    let mut tests = Vec::new();
    for line in text.lines() {
        match parse_test(line, scope, &mut names) {
            Ok(test) => tests.push(test),
            Err(error) => assert!(error.at <= line.chars().count(), "{line}: {error}"),
        }
        if let Ok(value) = parse_value(line, scope, &mut names) {
            drop(value.of(subject, &Membership::default()));
        }
    }
    tests.retain(|test| {
        let mut refers = false;
        test.for_each_member(&mut |_| refers = true);
        !refers
    });
    together_as_alone(names, &tests, subject);
}

fn together_as_alone(names: Names, tests: &[Test], subject: &impl Subject) {
    let definitions = tests.iter().enumerate().map(|(index, test)| Definition {
        name: format!("fuzzed {index}"),
        rule: Rule::Test(test.clone()),
        only_if_required: false,
    });
    let Ok(set) = ClassSet::new(names, definitions.collect()) else {
        unreachable!("these refer to nothing")
    };
    let mut classification = Classification::new(&set, subject);
    let mut failed = Vec::new();
    classification.first_pass(&mut |class, _| failed.push(class.to_owned()));
    let given: Vec<_> = classification.names().collect();
    for (index, test) in tests.iter().enumerate() {
        let name = format!("fuzzed {index}");
        let alone = test.is_true_of(subject, &Membership::default());
        assert_eq!(given.contains(&&*name), alone == Ok(true), "{test:?}");
        assert_eq!(failed.contains(&name), alone.is_err(), "{test:?}");
    }
}
