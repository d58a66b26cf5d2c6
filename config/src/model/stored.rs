//! Options that a database holds, in the file's terms: what both say means the same, as both are read by the same
//! code. They come one host at a time, while clients wait, and what is wrong with one must not cost the others.

use std::sync::Arc;

use murre_wire::Family;
use murre_wire::option::Definitions;
use serde_json::{Value, json};

use super::options::options;
use super::{Cx, Fields};
use crate::read::document_from_str;
use crate::snapshot::OptionSet;

/// One option of a host, as a row has it.
#[derive(Clone, Copy, Debug)]
pub struct StoredOption<'r> {
    /// Option code.
    pub code: u16,
    /// Option space; empty for the family's own.
    pub space: &'r str,
    /// The payload, where there is no text form.
    pub value: &'r [u8],
    /// The text form, as `data` of the file; empty for none.
    pub text: &'r str,
    /// Sent even if the client does not ask for it.
    pub always_send: bool,
    /// Never sent.
    pub never_send: bool,
}

/// The options of a host, and what is wrong with those that are left out. `origin` tells whose they are.
pub fn stored_options<F: Family>(
    definitions: &Arc<Definitions>,
    origin: &str,
    stored: &[StoredOption<'_>],
) -> (OptionSet, Vec<String>) {
    let none = OptionSet::default();
    if stored.is_empty() {
        return (none, Vec::new());
    }
    let entries: Vec<_> = stored.iter().map(in_the_files_terms).collect();
    let text = json!({ "option-data": entries }).to_string();
    let document = match document_from_str(&text, origin) {
        Ok(document) => document,
        Err(error) => return (none, vec![error.to_string()]),
    };
    let Some(map) = document.root.as_map() else {
        return (none, Vec::new());
    };
    let scope = Fields {
        map,
        place: &document.root.place,
        scope: "reservations",
    };
    let mut cx = Cx::default();
    let options = options::<F>(&mut cx, &scope, definitions, &none);
    let problems = match cx.finish() {
        Ok(_) => Vec::new(),
        Err(errors) => {
            let faults = errors.errors().iter().map(|error| &error.fault);
            faults.map(|fault| format!("{origin}: {fault}")).collect()
        }
    };
    (options, problems)
}

fn in_the_files_terms(stored: &StoredOption<'_>) -> Value {
    let is_text = !stored.text.is_empty();
    let hex: String = stored
        .value
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut entry = json!({
        "code": stored.code,
        "csv-format": is_text,
        "data": if is_text { stored.text } else { &hex },
        "always-send": stored.always_send,
        "never-send": stored.never_send,
    });
    if !stored.space.is_empty() {
        entry["space"] = stored.space.into();
    }
    entry
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::V4;
    use murre_wire::option::Universe;

    fn stored(code: u16) -> StoredOption<'static> {
        StoredOption {
            code,
            space: "dhcp4",
            value: &[],
            text: "",
            always_send: false,
            never_send: false,
        }
    }

    #[test]
    fn bytes_and_text_give_the_same_option() {
        let standard = Definitions::standard(Universe::V4);
        let rows = [
            StoredOption {
                value: &[192, 0, 2, 1],
                always_send: true,
                ..stored(3)
            },
            StoredOption {
                text: "192.0.2.1, 192.0.2.2",
                space: "",
                ..stored(6)
            },
        ];
        let (options, problems) = stored_options::<V4>(&standard, "host 7", &rows);
        assert!(problems.is_empty(), "{problems:?}");
        let routers = options.get(3).unwrap();
        assert_eq!(
            (&*routers.data, routers.always_send),
            (&[192, 0, 2, 1][..], true)
        );
        assert_eq!(&*options.get(6).unwrap().data, [192, 0, 2, 1, 192, 0, 2, 2]);
    }

    #[test]
    fn sub_options_go_into_what_holds_them() {
        let standard = Definitions::standard(Universe::V4);
        let rows = [
            stored(43),
            StoredOption {
                space: "vendor-encapsulated-options-space",
                value: b"x",
                ..stored(1)
            },
        ];
        let (options, problems) = stored_options::<V4>(&standard, "host 7", &rows);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(&*options.get(43).unwrap().data, [1, 1, b'x']);
    }

    #[test]
    fn one_that_is_wrong_is_told_of_and_left_out() {
        let standard = Definitions::standard(Universe::V4);
        let rows = [
            StoredOption {
                text: "not an address",
                ..stored(3)
            },
            StoredOption {
                text: "example.org",
                ..stored(15)
            },
        ];
        let (options, problems) = stored_options::<V4>(&standard, "host 7", &rows);
        assert!(options.get(3).is_none() && options.get(15).is_some());
        let [problem] = &problems[..] else {
            unreachable!("{problems:?}")
        };
        assert!(
            problem.contains("host 7") && problem.contains("not an address"),
            "{problem}"
        );
    }
}
