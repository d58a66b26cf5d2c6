//! What a thousand classes cost per query: `cargo bench -p murre-classify`.
//!
//! Three sets of a thousand classes each: one that tells clients apart by a value, one whose classes all
//! look at something else, and one of longer expressions that refer to other classes. It fails where a set
//! costs more than 20 µs.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use murre_classify::{ClassSet, Classification, Definition, Names, Rule, Scope, parse_test};
use murre_wire::Parsing;
use murre_wire::dhcp4::Message;
use murre_wire::option::{Definitions, Universe};
use support::{packet4, subject4};

const CLASSES: usize = 1000;
/// Queries of a round; the best of the rounds counts, as other processes take their part of the others.
const QUERIES: u32 = 200;
const ROUNDS: usize = 100;
const LIMIT: Duration = Duration::from_micros(20);

/// The expression of the class with a number.
type TestOf = fn(usize) -> String;

fn main() -> ExitCode {
    let sets: [(&str, TestOf); 3] = [
        ("one value against a thousand", |n| {
            format!("substring(option[61].hex, 1, 6) == 0x{n:012x}")
        }),
        ("a thousand values", |n| {
            format!("substring(option[60].hex, {}, {}) == 'abc'", n % 40, n / 40)
        }),
        ("longer, with other classes", |n| match n {
            0 => "option[82].option[1].exists".to_owned(),
            n => format!(
                "(member('class {}') or pkt4.giaddr == 10.0.{}.{}) and \
                 not option[60].hex == 'vendor {n}' and option[93].exists",
                n - 1,
                n / 256,
                n % 256
            ),
        }),
    ];
    let mut is_fine = true;
    for (name, test) in sets {
        let per_query = measure(&set_of(test));
        is_fine &= per_query <= LIMIT;
        println!("{name}: {:.2} µs per query", per_query.as_secs_f64() * 1e6);
    }
    match is_fine {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn set_of(test: TestOf) -> ClassSet {
    let definitions = Definitions::standard(Universe::V4);
    let scope = Scope {
        definitions: &definitions,
    };
    let mut names = Names::default();
    let classes = (0..CLASSES).map(|n| Definition {
        name: format!("class {n}"),
        rule: Rule::Test(parse_test(&test(n), scope, &mut names).unwrap()),
        only_if_required: false,
    });
    let classes = classes.collect();
    ClassSet::new(names, classes).unwrap()
}

fn measure(set: &ClassSet) -> Duration {
    let id = [1, 0, 0, 0, 0, 2, 0];
    let agent = [1, 4, b'e', b't', b'h', b'0', 2, 2, 9, 9];
    let options: &[(u8, &[u8])] = &[
        (50, &[192, 0, 2, 9]),
        (55, &[1, 3, 6, 15, 42, 51, 58, 59]),
        (57, &[5, 220]),
        (60, b"MSFT 5.0 and some more text"),
        (61, &id),
        (93, &[0, 9]),
        (82, &agent),
    ];
    let bytes = packet4(options);
    let round = || {
        let started = Instant::now();
        for _ in 0..QUERIES {
            let message = Message::parse(&bytes, Parsing::Lenient).unwrap();
            let subject = subject4(&message);
            let mut classification = Classification::new(set, &subject);
            classification.first_pass(&mut |_, _| {});
            std::hint::black_box(classification.classes());
        }
        started.elapsed() / QUERIES
    };
    (0..ROUNDS).map(|_| round()).min().unwrap()
}
