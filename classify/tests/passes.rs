//! Which classes a query gets, in which pass and order (manual classify.rst:62-147, 690-944).
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use murre_classify::{
    ClassSet, Classification, Definition, DependencyError, Names, Rule, Scope, parse_test,
    parse_value,
};
use murre_wire::Parsing;
use murre_wire::dhcp4::Message;
use murre_wire::option::{Definitions, Universe};
use support::{packet4, subject4};

/// A class with a `test`, with a `template-test` where that begins with `=`, with neither where it is
/// empty; `?` before it makes it `only-if-required`.
fn set_of(classes: &[(&str, &str)]) -> Result<ClassSet, (usize, DependencyError)> {
    let definitions = Definitions::standard(Universe::V4);
    let scope = Scope {
        definitions: &definitions,
    };
    let mut names = Names::default();
    let mut all = Vec::new();
    for (name, text) in classes {
        let (only_if_required, text) = match text.strip_prefix('?') {
            Some(text) => (true, text),
            None => (false, *text),
        };
        let rule = match text.strip_prefix('=') {
            Some(text) => Rule::Template(parse_value(text, scope, &mut names).unwrap()),
            None if text.is_empty() => Rule::Given,
            None => Rule::Test(parse_test(text, scope, &mut names).unwrap()),
        };
        all.push(Definition {
            name: (*name).to_owned(),
            rule,
            only_if_required,
        });
    }
    ClassSet::new(names, all)
}

/// The classes of a query with these options after the given steps.
fn classes_of(
    set: &ClassSet,
    options: &[(u8, &[u8])],
    steps: impl FnOnce(&mut Classification<'_, murre_classify::Subject4<'_, '_>>, &mut dyn FnMut(&str)),
) -> (Vec<String>, Vec<String>) {
    let bytes = packet4(options);
    let message = Message::parse(&bytes, Parsing::Lenient).unwrap();
    let subject = subject4(&message);
    let mut classification = Classification::new(set, &subject);
    let mut required = Vec::new();
    steps(&mut classification, &mut |name| {
        required.push(name.to_owned())
    });
    let names = classification.names().map(str::to_owned).collect();
    (names, required)
}

/// After both passes, for a client with or without a reservation.
fn after_both(set: &ClassSet, options: &[(u8, &[u8])], reserved: bool) -> Vec<String> {
    let (names, _) = classes_of(set, options, |classification, _| {
        classification.first_pass(&mut |class, e| panic!("{class}: {e}"));
        classification.second_pass(reserved, &mut |class, e| panic!("{class}: {e}"));
    });
    names
}

#[test]
fn classes_are_given_in_the_order_of_their_definition_and_all_comes_first() {
    let set = set_of(&[
        ("zebra", "option[12].exists"),
        ("ant", "member('zebra')"),
        ("never", "option[13].exists"),
        ("given", ""),
    ]);
    let set = set.unwrap();
    assert_eq!(
        after_both(&set, &[(12, b"x")], false),
        ["ALL", "zebra", "ant", "UNKNOWN"]
    );
    assert_eq!(after_both(&set, &[], true), ["ALL", "KNOWN"]);
}

#[test]
fn what_depends_on_known_even_through_others_waits_for_the_second_pass() {
    let set = set_of(&[
        ("direct", "known"),
        ("indirect", "member('direct') or option[12].exists"),
        ("strangers", "member('UNKNOWN')"),
        ("plain", "option[12].exists"),
    ]);
    let set = set.unwrap();
    let options: &[(u8, &[u8])] = &[(12, b"x")];
    let (first, _) = classes_of(&set, options, |classification, _| {
        classification.first_pass(&mut |_, _| {});
    });
    assert_eq!(first, ["ALL", "plain"]);
    assert_eq!(
        after_both(&set, options, true),
        ["ALL", "plain", "KNOWN", "direct", "indirect"]
    );
    assert_eq!(
        after_both(&set, options, false),
        ["ALL", "plain", "UNKNOWN", "indirect", "strangers"]
    );
}

#[test]
fn what_is_only_for_those_who_require_it_is_evaluated_for_them_alone() {
    let set = set_of(&[("late", "?option[12].exists"), ("given", "?")]).unwrap();
    let options: &[(u8, &[u8])] = &[(12, b"x")];
    assert_eq!(after_both(&set, options, false), ["ALL", "UNKNOWN"]);
    let late = set.names().find("late").unwrap();
    let (names, _) = classes_of(&set, options, |classification, _| {
        classification.require(late, &mut |_, _| {});
    });
    assert_eq!(names, ["ALL", "late"]);
}

#[test]
fn a_template_gives_its_own_class_and_one_named_after_the_value() {
    let set = set_of(&[
        ("SPAWN_id_foo", ""),
        ("id", "=substring(option[61].hex, 0, 3)"),
        ("of foo", "member('SPAWN_id_foo') and member('id')"),
        ("filtered", "=ifelse(option[12].exists, 'a', '')"),
    ]);
    let set = set.unwrap();
    let (names, _) = classes_of(&set, &[(61, b"foobar")], |classification, _| {
        classification.first_pass(&mut |_, _| {});
    });
    assert_eq!(names, ["ALL", "SPAWN_id_foo", "id", "of foo"]);
    let (names, _) = classes_of(&set, &[(61, b"barfoo")], |classification, _| {
        classification.first_pass(&mut |_, _| {});
    });
    assert_eq!(
        names,
        ["ALL", "id", "SPAWN_id_bar"],
        "nobody mentions that name"
    );
}

#[test]
fn a_vendor_class_is_a_class_by_its_name() {
    let set = set_of(&[("modem", "member('VENDOR_CLASS_docsis3.0')")]).unwrap();
    let (names, _) = classes_of(&set, &[], |classification, _| {
        classification.give_vendor_class(b"docsis3.0");
        classification.first_pass(&mut |_, _| {});
    });
    assert_eq!(names, ["ALL", "VENDOR_CLASS_docsis3.0", "modem"]);
}

#[test]
fn a_class_refers_only_to_what_is_built_in_or_defined_before_it() {
    let not_defined = |classes: &[(&str, &str)]| match set_of(classes) {
        Err((index, DependencyError::NotDefined { other, .. })) => Some((index, other)),
        _ => None,
    };
    let later = [("a", "member('b')"), ("b", "known")];
    assert_eq!(not_defined(&later), Some((0, "b".to_owned())));
    assert_eq!(
        not_defined(&[("a", "member('a')")]),
        Some((0, "a".to_owned()))
    );
    let hidden = [("a", ""), ("b", "=ifelse(member('c'), 'x', '')")];
    assert_eq!(not_defined(&hidden), Some((1, "c".to_owned())));
    for fine in [
        "member('ALL')",
        "member('HA_server1')",
        "member('EXTERNAL_x')",
    ] {
        assert_eq!(not_defined(&[("a", fine)]), None, "{fine}");
    }
    let twice = set_of(&[("a", ""), ("b", ""), ("a", "known")]);
    assert_eq!(
        twice.unwrap_err(),
        (2, DependencyError::Twice("a".to_owned()))
    );
}

#[test]
fn an_expression_without_a_value_assigns_nothing_and_is_reported() {
    let set = set_of(&[
        ("broken", "uint8totext(option[12].hex) == '1'"),
        ("not even so", "not uint8totext(option[12].hex) == '1'"),
        ("template", "=uint8totext(option[12].hex)"),
        (
            "fine",
            "option[12].exists or uint8totext(option[12].hex) == '1'",
        ),
    ]);
    let set = set.unwrap();
    let (names, failed) = classes_of(&set, &[(12, b"abc")], |classification, failed| {
        classification.first_pass(&mut |class, _| failed(class));
    });
    assert_eq!(names, ["ALL", "fine"]);
    assert_eq!(failed, ["broken", "not even so", "template"]);
}

#[test]
fn a_value_that_depends_on_classes_is_never_remembered() {
    let set = set_of(&[
        ("before", "ifelse(member('x'), 'yes', 'no') == 'no'"),
        ("x", "option[12].exists"),
        ("after", "ifelse(member('x'), 'yes', 'no') == 'yes'"),
    ]);
    // 'before' refers to a class that is defined later, so it is refused ...
    assert!(set.is_err());
    let set = set_of(&[
        (
            "before",
            "ifelse(member('EXTERNAL_x'), 'yes', 'no') == 'no'",
        ),
        (
            "after",
            "ifelse(member('EXTERNAL_x'), 'yes', 'no') == 'yes'",
        ),
    ]);
    let set = set.unwrap();
    // ... but what somebody gives meanwhile counts.
    let (names, _) = classes_of(&set, &[], |classification, _| {
        classification.first_pass(&mut |_, _| {});
        classification.give("EXTERNAL_x");
        classification.first_pass(&mut |_, _| {});
    });
    assert_eq!(names, ["ALL", "before", "EXTERNAL_x", "after"]);
}

#[test]
fn a_class_that_has_had_its_turn_is_not_evaluated_again_wherever_it_stands() {
    // The spawned class is defined before its template, and so is who asks for it; a hundred classes apart or none.
    for apart in [0, 100] {
        let between: Vec<String> = (0..apart).map(|n| format!("between {n}")).collect();
        let mut classes = vec![("SPAWN_t_x", ""), ("before", "member('SPAWN_t_x')")];
        classes.extend(
            between
                .iter()
                .map(|name| (name.as_str(), "option[1].exists")),
        );
        classes.push(("t", "=option[60].hex"));
        classes.push(("after", "member('SPAWN_t_x')"));
        let set = set_of(&classes).unwrap();
        let names = after_both(&set, &[(60, b"x")], false);
        assert!(!names.contains(&"before".to_owned()), "{apart}: {names:?}");
        assert!(names.contains(&"after".to_owned()), "{apart}: {names:?}");
    }
}
