//! The compiled classes against a plain machine with a stack, on random expressions and queries.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

#[path = "support/agree.rs"]
mod agree;

use murre_classify::{
    Case, ClassSet, Classification, Conversion, Definition, Existence, Field, Header, Names,
    OptionPath, Place, Rule, Scope, Test, Value, parse_test,
};
use murre_wire::Parsing;
use murre_wire::dhcp4::Message;
use murre_wire::option::{Definitions, Universe};
use proptest::prelude::*;
use support::{packet4, subject4};

/// Options a query may have, so that some are there and some are not.
const CODES: [u16; 3] = [12, 60, 230];

fn option(code: u16) -> OptionPath {
    OptionPath {
        place: Place::Message,
        code,
        sub: None,
    }
}

fn value(depth: u32) -> BoxedStrategy<Value> {
    let literal = proptest::collection::vec(prop_oneof![Just(b'.'), b'a'..=b'c'], 0..5);
    let leaf = prop_oneof![
        literal.prop_map(|bytes| Value::Literal(bytes.into())),
        any::<u32>().prop_map(Value::number),
        proptest::sample::select(&CODES[..])
            .prop_map(|code| Value::Field(Field::Option(option(code)))),
        Just(Value::Field(Field::Header(Header::HardwareLength))),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = || value(depth - 1);
    let boxed = || inner().prop_map(Box::new);
    let case = prop_oneof![Just(Case::Lower), Just(Case::Upper)];
    let conversion = prop_oneof![
        Just(Conversion::Address),
        Just(Conversion::Uint8),
        Just(Conversion::Int16),
        Just(Conversion::Uint32),
    ];
    prop_oneof![
        4 => leaf,
        1 => (boxed(), -7_i64..7, proptest::option::of(-7_i64..7)).prop_map(
            |(value, start, length)| Value::Substring { value, start, length }
        ),
        1 => proptest::collection::vec(inner(), 2..4).prop_map(Value::Concat),
        1 => (test(depth - 1).prop_map(Box::new), boxed(), boxed())
            .prop_map(|(condition, yes, no)| Value::IfElse(condition, yes, no)),
        1 => (boxed(), boxed()).prop_map(|(value, separator)| Value::HexString(value, separator)),
        1 => (case, boxed()).prop_map(|(case, value)| Value::Case(case, value)),
        1 => (boxed(), boxed(), -1_i64..4).prop_map(
            |(value, delimiters, field)| Value::Split { value, delimiters, field }
        ),
        1 => (conversion, boxed()).prop_map(|(to, value)| Value::Text(to, value)),
    ]
    .boxed()
}

fn test(depth: u32) -> BoxedStrategy<Test> {
    let leaf = prop_oneof![
        2 => (value(depth.saturating_sub(1)), value(depth.saturating_sub(1)))
            .prop_map(|(a, b)| Test::Equal(a, b)),
        1 => proptest::sample::select(&CODES[..])
            .prop_map(|code| Test::Exists(Existence::Option(option(code)))),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let parts = || proptest::collection::vec(test(depth - 1), 2..4);
    prop_oneof![
        3 => leaf,
        1 => test(depth - 1).prop_map(|a| Test::Not(a.into())),
        1 => parts().prop_map(Test::All),
        1 => parts().prop_map(Test::Any),
    ]
    .boxed()
}

/// The expression as a person would write it, with every parenthesis.
fn written(test: &Test) -> String {
    let joined = |parts: &[Test], word: &str| {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| format!("({})", written(part)))
            .collect();
        parts.join(word)
    };
    match test {
        Test::Equal(a, b) => format!("{} == {}", written_value(a), written_value(b)),
        Test::Exists(Existence::Option(path)) => format!("option[{}].exists", path.code),
        Test::Exists(other) => unreachable!("{other:?}"),
        Test::Member(_) => unreachable!("no classes here"),
        Test::Not(a) => format!("not ({})", written(a)),
        Test::All(parts) => joined(parts, " and "),
        Test::Any(parts) => joined(parts, " or "),
    }
}

fn written_value(value: &Value) -> String {
    let of = written_value;
    match value {
        Value::Literal(bytes) if bytes.is_empty() => "''".to_owned(),
        Value::Literal(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x{digits}")
        }
        Value::Field(Field::Option(path)) => format!("option[{}].hex", path.code),
        Value::Field(_) => "pkt4.hlen".to_owned(),
        Value::Substring {
            value,
            start,
            length,
        } => {
            let length = length.map_or("all".to_owned(), |length| length.to_string());
            format!("substring({}, {start}, {length})", of(value))
        }
        Value::Concat(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| format!("({})", of(part))).collect();
            parts.join(" + ")
        }
        Value::IfElse(condition, yes, no) => {
            format!("ifelse({}, {}, {})", written(condition), of(yes), of(no))
        }
        Value::HexString(value, separator) => {
            format!("hexstring({}, {})", of(value), of(separator))
        }
        Value::Case(Case::Lower, value) => format!("lcase({})", of(value)),
        Value::Case(Case::Upper, value) => format!("ucase({})", of(value)),
        Value::Split {
            value,
            delimiters,
            field,
        } => {
            format!("split({}, {}, {field})", of(value), of(delimiters))
        }
        Value::Text(conversion, value) => {
            let name = match conversion {
                Conversion::Address => "addrtotext",
                Conversion::Uint8 => "uint8totext",
                Conversion::Int16 => "int16totext",
                _ => "uint32totext",
            };
            format!("{name}({})", of(value))
        }
    }
}

/// What a query has, as plainly as it can be kept.
type Query = Vec<(u8, Vec<u8>)>;

/// What a step makes of its operands and numbers; nothing where there is no result.
type Function = fn(&[Vec<u8>], &[i64]) -> Option<Vec<u8>>;

/// One step of the reference: it takes its operands from the stack and puts its result there.
enum Step {
    Push(Vec<u8>),
    Apply(usize, Function, Vec<i64>),
    /// Where the top is true (or false), goes on behind so many steps.
    Skip(bool, usize),
    Drop,
    Not,
    Jump(usize),
}

const TRUE: &[u8] = b"true";
const FALSE: &[u8] = b"false";

/// Runs steps; nothing where a step has no result.
fn run(steps: &[Step]) -> Option<Vec<u8>> {
    let mut stack: Vec<Vec<u8>> = Vec::new();
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        at += 1;
        match step {
            Step::Push(bytes) => stack.push(bytes.clone()),
            Step::Apply(operands, function, numbers) => {
                let from = stack.len() - operands;
                let result = function(&stack[from..], numbers)?;
                stack.truncate(from);
                stack.push(result);
            }
            Step::Skip(when, steps) => {
                if (stack.last().unwrap() == TRUE) == *when {
                    at += steps;
                }
            }
            Step::Drop => drop(stack.pop()),
            Step::Not => {
                let top = stack.pop().unwrap();
                stack.push(truth(top != TRUE));
            }
            Step::Jump(steps) => at += steps,
        }
    }
    stack.pop()
}

fn truth(is: bool) -> Vec<u8> {
    if is { TRUE } else { FALSE }.to_vec()
}

fn steps_of(test: &Test, query: &Query, out: &mut Vec<Step>) {
    match test {
        Test::Equal(a, b) => {
            steps_of_value(a, query, out);
            steps_of_value(b, query, out);
            out.push(Step::Apply(2, |of, _| Some(truth(of[0] == of[1])), vec![]));
        }
        Test::Exists(Existence::Option(path)) => {
            let is = query.iter().any(|(code, _)| u16::from(*code) == path.code);
            out.push(Step::Push(truth(is)));
        }
        Test::Exists(_) | Test::Member(_) => unreachable!(),
        Test::Not(a) => {
            steps_of(a, query, out);
            out.push(Step::Not);
        }
        Test::All(parts) => chain(parts, false, query, out),
        Test::Any(parts) => chain(parts, true, query, out),
    }
}

/// Parts up to the first that decides.
fn chain(parts: &[Test], decides: bool, query: &Query, out: &mut Vec<Step>) {
    let (first, rest) = parts.split_first().unwrap();
    steps_of(first, query, out);
    if !rest.is_empty() {
        let mut behind = vec![Step::Drop];
        chain(rest, decides, query, &mut behind);
        out.push(Step::Skip(decides, behind.len()));
        out.append(&mut behind);
    }
}

fn steps_of_value(value: &Value, query: &Query, out: &mut Vec<Step>) {
    let mut operand = |value: &Value| steps_of_value(value, query, out);
    match value {
        Value::Literal(bytes) => out.push(Step::Push(bytes.to_vec())),
        Value::Field(Field::Option(path)) => {
            let found = query.iter().find(|(code, _)| u16::from(*code) == path.code);
            out.push(Step::Push(found.map_or(vec![], |(_, data)| data.clone())));
        }
        Value::Field(_) => out.push(Step::Push(vec![0, 0, 0, 6])),
        Value::Substring {
            value,
            start,
            length,
        } => {
            operand(value);
            let (all, length) = (i64::from(length.is_none()), length.unwrap_or(0));
            out.push(Step::Apply(1, substring, vec![*start, all, length]));
        }
        Value::Concat(parts) => {
            parts.iter().for_each(&mut operand);
            out.push(Step::Apply(parts.len(), |of, _| Some(of.concat()), vec![]));
        }
        Value::IfElse(condition, yes, no) => {
            let (mut on_yes, mut on_no) = (vec![Step::Drop], vec![Step::Drop]);
            steps_of_value(yes, query, &mut on_yes);
            steps_of_value(no, query, &mut on_no);
            steps_of(condition, query, out);
            on_yes.push(Step::Jump(on_no.len()));
            out.push(Step::Skip(false, on_yes.len()));
            out.append(&mut on_yes);
            out.append(&mut on_no);
        }
        Value::HexString(value, separator) => {
            operand(value);
            operand(separator);
            out.push(Step::Apply(2, hexstring, vec![]));
        }
        Value::Case(case, value) => {
            operand(value);
            let upper = i64::from(*case == Case::Upper);
            out.push(Step::Apply(1, in_case, vec![upper]));
        }
        Value::Split {
            value,
            delimiters,
            field,
        } => {
            operand(value);
            operand(delimiters);
            out.push(Step::Apply(2, split, vec![*field]));
        }
        Value::Text(conversion, value) => {
            operand(value);
            let len = match conversion {
                Conversion::Address => 0,
                Conversion::Uint8 => 1,
                Conversion::Int16 => 2,
                _ => 4,
            };
            out.push(Step::Apply(1, to_text, vec![len]));
        }
    }
}

fn substring(of: &[Vec<u8>], numbers: &[i64]) -> Option<Vec<u8>> {
    let len = i64::try_from(of[0].len()).unwrap();
    let start = if numbers[0] < 0 {
        numbers[0] + len
    } else {
        numbers[0]
    };
    if start < 0 || start >= len {
        return Some(vec![]);
    }
    let inside = |at: i64| match (numbers[1], numbers[2]) {
        (1, _) => at >= start,
        (_, length) if length < 0 => at < start && at >= start + length,
        (_, length) => at >= start && at < start + length,
    };
    let bytes = (0..len).zip(&of[0]);
    Some(
        bytes
            .filter(|(at, _)| inside(*at))
            .map(|(_, byte)| *byte)
            .collect(),
    )
}

fn hexstring(of: &[Vec<u8>], _: &[i64]) -> Option<Vec<u8>> {
    let pairs: Vec<_> = of[0]
        .iter()
        .map(|byte| format!("{byte:02x}").into_bytes())
        .collect();
    Some(pairs.join(&of[1][..]))
}

fn in_case(of: &[Vec<u8>], numbers: &[i64]) -> Option<Vec<u8>> {
    let mut text = of[0].clone();
    match numbers[0] {
        1 => text.make_ascii_uppercase(),
        _ => text.make_ascii_lowercase(),
    }
    Some(text)
}

fn split(of: &[Vec<u8>], numbers: &[i64]) -> Option<Vec<u8>> {
    let fields: Vec<_> = of[0].split(|byte| of[1].contains(byte)).collect();
    let index = usize::try_from(numbers[0] - 1).ok();
    Some(
        index
            .and_then(|index| fields.get(index))
            .map_or(vec![], |field| field.to_vec()),
    )
    .map(|field| match of[1].is_empty() {
        true => of[0].clone(),
        false => field,
    })
}

fn to_text(of: &[Vec<u8>], numbers: &[i64]) -> Option<Vec<u8>> {
    let bytes = &of[0];
    let number = bytes
        .iter()
        .fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
    let text = match (bytes.len(), numbers[0]) {
        (0, _) => String::new(),
        (4, 0) => format!("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]),
        (16, 0) => {
            let octets: [u8; 16] = bytes.clone().try_into().unwrap();
            std::net::Ipv6Addr::from(octets).to_string()
        }
        (2, 2) if number > 0x7fff => (number - 0x1_0000).to_string(),
        (1, 1) | (2, 2) | (4, 4) => number.to_string(),
        _ => return None,
    };
    Some(text.into_bytes())
}

fn query() -> impl Strategy<Value = Query> {
    let data = proptest::collection::vec(prop_oneof![Just(b'.'), b'a'..=b'c'], 0..6);
    let one = (proptest::sample::select(&[12_u8, 60, 230][..]), data);
    proptest::collection::btree_map(
        one.clone().prop_map(|(code, _)| code),
        one.prop_map(|(_, data)| data),
        0..3,
    )
    .prop_map(|options| options.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_compiled_classes_say_what_the_reference_says(
        tests in proptest::collection::vec(test(3), 1..6),
        query in query(),
    ) {
        let definitions = Definitions::standard(Universe::V4);
        let scope = Scope { definitions: &definitions };
        let mut names = Names::default();
        let classes = tests.iter().enumerate().map(|(index, test)| {
            let text = written(test);
            let parsed = parse_test(&text, scope, &mut names);
            let parsed = parsed.unwrap_or_else(|e| panic!("{text}: {e}"));
            Definition {
                name: format!("class {index}"),
                rule: Rule::Test(parsed),
                only_if_required: false,
            }
        });
        let classes = classes.collect();
        let set = ClassSet::new(names, classes).unwrap();
        let options: Vec<_> = query.iter().map(|(code, data)| (*code, &data[..])).collect();
        let bytes = packet4(&options);
        let message = Message::parse(&bytes, Parsing::Lenient).unwrap();
        let subject = subject4(&message);
        let mut classification = Classification::new(&set, &subject);
        let mut failed = Vec::new();
        classification.first_pass(&mut |class, _| failed.push(class.to_owned()));
        let given: Vec<_> = classification.names().collect();
        for (index, test) in tests.iter().enumerate() {
            let name = format!("class {index}");
            let mut steps = Vec::new();
            steps_of(test, &query, &mut steps);
            let expected = run(&steps);
            prop_assert_eq!(failed.contains(&name), expected.is_none(), "{}", written(test));
            let is = given.contains(&name.as_str());
            prop_assert_eq!(is, expected.as_deref() == Some(TRUE), "{}", written(test));
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[ -~\n]{0,60}") {
        agree::any_input(&text, &packet4(&[(12, b"host")]));
    }
}
