#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use proptest::prelude::*;

fn json(text: &str) -> String {
    parse_str(text, "t").unwrap().to_json().to_string()
}

fn error(text: &str) -> String {
    parse_str(text, "t.json").unwrap_err().to_string()
}

#[test]
fn comments_of_three_kinds_and_extra_commas_have_no_effect() {
    let text = "# shell\n{ // C++\n \"a\": [1, /* C\n\"b\": */ 2,,], # end\n \"c\": {},\n}\n// x";
    assert_eq!(json(text), r#"{"a":[1,2],"c":{}}"#);
    let notes = document_from_str(text, "t").unwrap().notes;
    let places: Vec<_> = notes.iter().map(|note| note.place.to_string()).collect();
    assert_eq!(places, ["t:4:10", "t:4:11", "t:5:9"]);
}

#[test]
fn comment_marks_inside_strings_are_text() {
    assert_eq!(
        json(r#"["a // b", "c # d", "/* e */", "<?include"]"#),
        r#"["a // b","c # d","/* e */","<?include"]"#
    );
}

#[test]
fn every_key_and_value_knows_its_line_and_column() {
    let root = parse_str("{\n  \"ä\": 1,\n\t\"list\": [ true,\r\n null ]\n}", "t").unwrap();
    let map = root.as_map().unwrap();
    let places: Vec<_> = map
        .entries()
        .iter()
        .map(|entry| format!("{} {}", entry.key_place, entry.value.place))
        .collect();
    assert_eq!(places, ["t:2:3 t:2:8", "t:3:2 t:3:10"]);
    let list = map.get("list").unwrap().as_list().unwrap();
    assert_eq!(list[1].place.to_string(), "t:4:2");
}

#[test]
fn numbers_take_the_forms_that_configurations_use() {
    assert_eq!(
        json("[0, -1, 007, .5, -.5, 5., 1e3, 2.5E-1]"),
        "[0,-1,7,0.5,-0.5,5.0,1000.0,0.25]"
    );
    let wide = parse_str("340282366920938463463374607431768211455", "t");
    assert!(
        wide.unwrap_err().to_string().contains("is too large"),
        "i128 is the bound"
    );
    let wide = parse_str("170141183460469231731687303715884105727", "t").unwrap();
    assert_eq!(wide.value, Value::Int(i128::MAX));
    for bad in [
        "1e999", "-", ".", "1.2.3", "--1", "1x", "0x10", "inf", "NaN", "+1",
    ] {
        assert!(parse_str(bad, "t").is_err(), "{bad}");
    }
}

#[test]
fn strings_take_all_escapes() {
    let text = r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 é""#;
    let node = parse_str(text, "t").unwrap();
    assert_eq!(node.as_text(), Some("\"\\/\u{8}\u{c}\n\r\té😀 é"));
    for bad in [
        r#""\x""#,
        r#""\u12""#,
        r#""\u12g4""#,
        r#""\ud83d""#,
        r#""\ude00""#,
        "\"a\nb\"",
        "\"\u{1}\"",
        "\"abc",
        "\"\\",
        "\"\\u",
        "\"\\ud83d\\u",
        "\"\\é\"",
    ] {
        assert!(parse_str(bad, "t").is_err(), "{bad}");
    }
}

#[test]
fn errors_name_the_place_and_the_remedy() {
    insta::assert_snapshot!(error("{\n \"a\": True }"), @"t.json:2:7: True must be written in lower case: true");
    insta::assert_snapshot!(error("{ \"a\" 1 }"), @r#"t.json:1:7: expected ':' behind the key "a", found 1"#);
    insta::assert_snapshot!(error("{ \"a\": 1 \"b\": 2 }"), @r#"t.json:1:10: expected ',' or '}', found "b""#);
    insta::assert_snapshot!(error("{ \"a\": [1, 2 "), @"t.json:1:8: this list is not closed: ']' is missing");
    insta::assert_snapshot!(error("{} {}"), @"t.json:1:4: '{' behind the end of the configuration");
    insta::assert_snapshot!(error("{ a: 1 }"), @r#"t.json:1:3: "a" is not a value; strings are written in double quotes"#);
    insta::assert_snapshot!(error(" /* open"), @"t.json:1:2: this comment is not closed");
    insta::assert_snapshot!(error("[ 'a' ]"), @"t.json:1:3: strings are written in double quotes");
    insta::assert_snapshot!(error("[ , 1]"), @"t.json:1:3: expected a value, found ','");
    insta::assert_snapshot!(error("[ \"a\\x\" ]"), @r"t.json:1:5: \x is no escape; a backslash is written \\");
    insta::assert_snapshot!(error("<?include \"a.json\"?>"), @"t.json:1:1: only a file can include a file; this text is not one");
    insta::assert_snapshot!(error("<?include a.json?>"), @r#"t.json:1:1: a directive has the form <?include "file"?>"#);
    insta::assert_snapshot!(error(""), @"t.json:1:1: expected a value, found the end of the text");
}

#[test]
fn a_duplicate_key_names_both_places() {
    let text = "{\n  \"id\": 1,\n  \"subnet\": \"x\",\n  \"id\": 2\n}";
    insta::assert_snapshot!(error(text), @r#"t.json:4:3: the key "id" is given twice (first given at t.json:2:3)"#);
    insta::assert_snapshot!(parse_str(text, "t.json").unwrap_err().report(), @r#"
    error: the key "id" is given twice
     --> t.json:4:3
      |
    4 |   "id": 2
      |   ^^^^
    note: first given at
     --> t.json:2:3
      |
    2 |   "id": 1,
      |   ^^^^
    "#);
}

#[test]
fn a_long_line_is_shown_around_the_caret() {
    let text = format!("{{\"{}\": [{}!]}}", "k".repeat(300), "1,".repeat(300));
    let report = parse_str(&text, "t").unwrap_err().report().to_string();
    assert!(
        report.lines().all(|line| line.chars().count() < 120),
        "{report}"
    );
    assert!(report.contains('^'));
}

#[test]
fn nesting_is_bounded() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse_str(&deep(MAX_DEPTH), "t").is_ok());
    assert!(error(&deep(MAX_DEPTH + 1)).contains("nested"));
    assert!(error(&"[".repeat(1_000_000)).contains("nested"));
}

fn write(directory: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn an_included_file_stands_for_its_tokens_and_keeps_its_places() {
    let dir = tempfile::tempdir().unwrap();
    let main = write(
        dir.path(),
        "main.json",
        "{ \"a\": <?include \"sub/list.json\"?>,\n <?include \"sub/entries.json\"?> \"z\": 1 }",
    );
    write(
        dir.path(),
        "sub/list.json",
        "[1,\n  2, <?include \"more.json\"?>] // end",
    );
    write(dir.path(), "sub/more.json", "\n\n 3");
    write(
        dir.path(),
        "sub/entries.json",
        "\"b\": 2, # open end\n\"c\": 3,",
    );
    let root = document_from_file(&main).unwrap().root;
    assert_eq!(
        root.to_json().to_string(),
        r#"{"a":[1,2,3],"b":2,"c":3,"z":1}"#
    );
    let list = root.as_map().unwrap().get("a").unwrap().as_list().unwrap();
    let place = list[2].place.to_string();
    assert!(place.ends_with("sub/more.json:3:2"), "{place}");
}

#[test]
fn a_file_that_includes_itself_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let main = write(dir.path(), "main.json", "[ <?include \"b.json\"?> ]");
    write(dir.path(), "b.json", "1, <?include \"./main.json\"?>");
    let error = document_from_file(&main).unwrap_err().to_string();
    assert!(
        error.contains("b.json:1:4: ") && error.contains("includes itself"),
        "{error}"
    );
}

#[test]
fn files_are_included_to_a_bounded_depth() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..=MAX_INCLUDES {
        write(
            dir.path(),
            &format!("{i}.json"),
            &format!("<?include \"{}.json\"?>", i + 1),
        );
    }
    write(dir.path(), &format!("{}.json", MAX_INCLUDES + 1), "1");
    assert!(document_from_file(&dir.path().join("1.json")).is_ok());
    let error = document_from_file(&dir.path().join("0.json"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("more than 10 deep"), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let main = write(dir.path(), "main.json", "[\n <?include \"gone.json\"?> ]");
    let error = document_from_file(&main).unwrap_err().to_string();
    assert!(error.contains("main.json:2:2: cannot be read: ") && error.contains("gone.json"));
    assert!(document_from_file(&dir.path().join("none.json")).is_err());
    std::fs::write(dir.path().join("bad.json"), b"[\n\xff]").unwrap();
    let error = document_from_file(&dir.path().join("bad.json"))
        .unwrap_err()
        .to_string();
    assert!(error.ends_with("not UTF-8 text (line 2)"), "{error}");
}

/// Any JSON value as text.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        (-1e15f64..1e15).prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_give_a_value_or_an_error(bytes: Vec<u8>) {
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = parse_str(&text, "t") {
            prop_assert!(!error.report().to_string().is_empty());
        }
    }

    #[test]
    fn any_mixture_of_tokens_gives_a_value_or_an_error(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\"a\"", "\"b\"", "1", "-", ".5", "true",
            "nul", "//", "/*", "*/", "#", "\n", " ", "<?", "?>", "include", "\\u", "d83d", "é",
        ]), 0..40),
    ) {
        if let Err(error) = parse_str(&parts.concat(), "t") {
            prop_assert!(!error.report().to_string().is_empty());
        }
    }

    #[test]
    fn whatever_json_writes_is_read_back(value in any_json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let read = parse_str(&text, "t").map(|node| node.to_json());
            prop_assert_eq!(read.map_err(|e| e.to_string()), Ok(value.clone()));
        }
    }
}
