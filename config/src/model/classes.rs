//! `client-classes`, and the keys by which networks, subnets and pools refer to classes
//! (manual classify.rst, dhcp4-srv.rst:3132-3390).

use std::sync::Arc;

use murre_classify::{
    ALL, ClassId, DROP, Definition, DependencyError, Names, Rule, Scope, parse_test, parse_value,
};
use murre_wire::Family;
use murre_wire::option::Definitions;

use super::checks::misplaced_server_id;
use super::definitions::definitions;
use super::inherited::{LIFETIME_KEYS, header_text, next_server, offer_lifetime, triplet};
use super::options::options;
use super::{Cx, Fields};
use crate::error::{ConfigError, Note};
use crate::read::Place;
use crate::snapshot::{ClassUse, ClassValues, Classes, Guard, OptionSet};

/// Classes that were read and wait until every name of the configuration is known.
pub(super) struct Drafts<'m> {
    classes: Vec<(Definition, ClassValues)>,
    /// Where each is defined, and where its expression is.
    places: Vec<(&'m Place, &'m Place)>,
}

/// Option codes whose format a class may define (dhcp4-srv.rst:2571).
fn is_definable_in_class(code: i128) -> bool {
    code == 43 || (224..=254).contains(&code)
}

/// Reads the classes of a server.
pub(super) fn classes<'m, F: Family>(
    cx: &mut Cx,
    global: &Fields<'m>,
    definitions: &Arc<Definitions>,
) -> Drafts<'m> {
    let mut drafts = Drafts {
        classes: Vec::new(),
        places: Vec::new(),
    };
    for fields in cx.maps(global, "client-classes") {
        if let Some(class) = class::<F>(cx, &fields, definitions) {
            drafts.classes.push(class);
            let expression = ["test", "template-test"];
            let expression = expression.into_iter().find_map(|key| fields.get(key));
            let expression = expression.map_or(fields.place, |node| &node.place);
            drafts.places.push((fields.place, expression));
        }
    }
    drafts
}

impl Drafts<'_> {
    /// Checks how the classes depend on each other. By now, all that mentions a class was read.
    pub(super) fn finish(self, cx: &mut Cx) -> Classes {
        let names = std::mem::take(&mut cx.class_names);
        match Classes::new(names, self.classes) {
            Ok(classes) => {
                note_undefined(cx, &classes);
                classes
            }
            Err((index, error)) => {
                let place = self.places.get(index);
                let place = place.map(|(class, expression)| match error {
                    DependencyError::Twice(_) => *class,
                    DependencyError::NotDefined { .. } => *expression,
                });
                if let Some(place) = place {
                    cx.value_error(place, error.to_string());
                }
                Classes::default()
            }
        }
    }
}

/// Says which classes are required although there is nothing to evaluate.
fn note_undefined(cx: &mut Cx, classes: &Classes) {
    for (place, id) in std::mem::take(&mut cx.required_classes) {
        if !classes.set().is_defined(id) {
            let name = classes.set().names().name(id);
            let text = format!("class \"{name}\" is required here, but nothing defines it");
            cx.note(Note::warning(place, text));
        }
    }
}

fn class<F: Family>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    above: &Arc<Definitions>,
) -> Option<(Definition, ClassValues)> {
    if fields.get("name").is_none() {
        cx.missing(fields, "name");
    }
    let rule = rule(cx, fields, above);
    let only_if_required = only_if_required(cx, fields);
    let values = values::<F>(cx, fields, above);
    if only_if_required {
        misplaced_server_id::<F>(cx, fields, "a class that something must require");
    }
    let name = cx.text(fields, "name")?;
    if name.is_empty() {
        cx.value_error(fields.place_of("name"), "a class needs a \"name\"");
        return None;
    }
    check_special(cx, fields, name, only_if_required);
    cx.class_names.intern(name);
    let definition = Definition {
        name: name.to_owned(),
        rule: rule?,
        only_if_required,
    };
    Some((definition, values))
}

/// The expression of a class, if it has one.
fn rule(cx: &mut Cx, fields: &Fields<'_>, definitions: &Definitions) -> Option<Rule> {
    let (test, template) = (fields.entry("test"), fields.entry("template-test"));
    if let (Some(test), Some(template)) = (test, template) {
        let message = "a class has a \"test\" or a \"template-test\", not both";
        let error = ConfigError::value(&template.key_place, message);
        cx.error(error.with(&test.key_place, "the test is at"));
        return None;
    }
    let scope = Scope { definitions };
    if let Some(text) = cx.filled(fields, "test") {
        let parsed = with_names(cx, |names| parse_test(text, scope, names));
        return said(cx, fields, "test", parsed).map(Rule::Test);
    }
    if let Some(text) = cx.filled(fields, "template-test") {
        let parsed = with_names(cx, |names| parse_value(text, scope, names));
        return said(cx, fields, "template-test", parsed).map(Rule::Template);
    }
    Some(Rule::Given)
}

fn with_names<T>(cx: &mut Cx, read: impl FnOnce(&mut Names) -> T) -> T {
    read(&mut cx.class_names)
}

/// What was parsed; an error is reported.
fn said<T>(
    cx: &mut Cx,
    fields: &Fields<'_>,
    key: &str,
    parsed: Result<T, murre_classify::ExpressionError>,
) -> Option<T> {
    parsed
        .inspect_err(|error| cx.value_error(fields.place_of(key), format!("\"{key}\": {error}")))
        .ok()
}

/// The flag, by its older or its newer name.
fn only_if_required(cx: &mut Cx, fields: &Fields<'_>) -> bool {
    let keys = ["only-if-required", "only-in-additional-list"];
    cx.one_name(fields, keys);
    let [old, new] = keys.map(|key| cx.boolean(fields, key));
    new.or(old).unwrap_or_default()
}

/// Classes whose meaning is fixed.
fn check_special(cx: &mut Cx, fields: &Fields<'_>, name: &str, only_if_required: bool) {
    let has_expression = fields.get("test").or_else(|| fields.get("template-test"));
    if let (ALL, Some(expression)) = (name, has_expression) {
        let message = "every query is in class ALL: it takes no expression";
        cx.value_error(&expression.place, message);
    }
    if name == DROP && only_if_required {
        let message =
            "class DROP must be evaluated for every query: it cannot be \"only-if-required\"";
        cx.value_error(fields.place, message);
    }
}

fn values<F: Family>(cx: &mut Cx, fields: &Fields<'_>, above: &Arc<Definitions>) -> ClassValues {
    for entry in cx.maps(fields, "option-def") {
        let code = cx.integer::<i32>(&entry, "code", 0..=i128::from(u16::MAX));
        let space = cx.text(&entry, "space").unwrap_or("dhcp4");
        let definable = F::VERSION == 4 && space == "dhcp4";
        if code.is_some_and(|code| !definable || !is_definable_in_class(code.into())) {
            let message = "a class may define options 43 and 224 to 254 of space \"dhcp4\" alone";
            cx.value_error(entry.place, message);
        }
    }
    let definitions = definitions::<F>(cx, fields, above);
    ClassValues {
        options: options::<F>(cx, fields, &definitions, &OptionSet::default()),
        valid: triplet(cx, fields, LIFETIME_KEYS[0]),
        offer_lifetime: offer_lifetime(cx, fields),
        next_server: next_server(cx, fields).filter(|address| !address.is_unspecified()),
        server_hostname: header_text(cx, fields, "server-hostname", 64),
        boot_file_name: header_text(cx, fields, "boot-file-name", 128),
    }
}

/// Reads who may use a network, subnet or pool, and what is evaluated for who does.
pub(super) fn class_use(cx: &mut Cx, fields: &Fields<'_>) -> ClassUse {
    let guards = ["client-class", "client-classes"];
    cx.one_name(fields, guards);
    let one = cx.filled(fields, "client-class");
    let one = one.map(|name| cx.class_names.intern(name));
    let any = class_names(cx, fields, "client-classes");
    let required = ["require-client-classes", "evaluate-additional-classes"];
    cx.one_name(fields, required);
    let required = required.map(|key| class_names(cx, fields, key)).concat();
    let places = required.iter().map(|id| (fields.place.clone(), *id));
    cx.required_classes.extend(places);
    ClassUse {
        guard: Guard::new(one.into_iter().chain(any)),
        required,
    }
}

/// A list of class names.
pub(super) fn class_names(cx: &mut Cx, fields: &Fields<'_>, key: &str) -> Vec<ClassId> {
    let mut ids = Vec::new();
    for node in cx.list(fields, key) {
        match node.as_text() {
            Some("") | None => cx.value_error(&node.place, format!("\"{key}\" lists class names")),
            Some(name) => ids.push(cx.class_names.intern(name)),
        }
    }
    ids
}
