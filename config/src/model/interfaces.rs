//! `interfaces-config`.

use std::sync::Arc;
use std::time::Duration;

use murre_wire::Family;

use super::{Cx, Fields};
use crate::error::{ConfigError, Note};
use crate::read::{Node, Place};
use crate::snapshot::{Interfaces, Listen, Outbound, SocketType};

/// Reads the map, or its defaults when it is not there.
pub(super) fn interfaces<F: Family>(cx: &mut Cx, global: &Fields<'_>) -> Interfaces<F> {
    let defaults = Interfaces::default();
    let Some(fields) = cx.map(global, "interfaces-config") else {
        return defaults;
    };
    let socket_types = [("raw", SocketType::Raw), ("udp", SocketType::Udp)];
    let outbounds = [
        ("same-as-inbound", Outbound::SameAsInbound),
        ("use-routing", Outbound::UseRouting),
    ];
    let most = i128::from(u32::MAX);
    let interfaces = Interfaces {
        listen: listen(cx, &fields),
        socket_type: cx
            .one_of(&fields, "dhcp-socket-type", &socket_types)
            .unwrap_or(defaults.socket_type),
        outbound: cx
            .one_of(&fields, "outbound-interface", &outbounds)
            .unwrap_or_default(),
        re_detect: cx
            .boolean(&fields, "re-detect")
            .unwrap_or(defaults.re_detect),
        require_all: cx
            .boolean(&fields, "service-sockets-require-all")
            .unwrap_or_default(),
        max_retries: cx
            .integer(&fields, "service-sockets-max-retries", 0..=most)
            .unwrap_or_default(),
        retry_wait: cx
            .integer(&fields, "service-sockets-retry-wait-time", 0..=most)
            .map_or(defaults.retry_wait, Duration::from_millis),
    };
    note_routing(cx, &fields, &interfaces);
    interfaces
}

fn note_routing<F: Family>(cx: &mut Cx, fields: &Fields<'_>, interfaces: &Interfaces<F>) {
    if interfaces.outbound == Outbound::UseRouting && interfaces.socket_type == SocketType::Raw {
        let text = "\"use-routing\" has an effect with \"dhcp-socket-type\": \"udp\" only";
        cx.note(Note::warning(
            fields.place_of("outbound-interface").clone(),
            text,
        ));
    }
}

fn listen<F: Family>(cx: &mut Cx, fields: &Fields<'_>) -> Vec<Listen<F>> {
    let mut listen: Vec<(Listen<F>, &Place)> = Vec::new();
    for node in cx.list(fields, "interfaces") {
        match entry::<F>(node) {
            Err(error) => cx.error(error),
            Ok(entry) => {
                let clash = listen.iter().find(|(other, _)| clashes(other, &entry));
                match clash {
                    Some((_, first)) => cx.error(clash_error(node, &entry, first)),
                    None => listen.push((entry, &node.place)),
                }
            }
        }
    }
    listen.into_iter().map(|(entry, _)| entry).collect()
}

/// Twice the same, or in v6 a second address of one interface (dhcp6-srv.rst:1065).
fn clashes<F: Family>(a: &Listen<F>, b: &Listen<F>) -> bool {
    match (a, b) {
        (Listen::Address { interface: a, .. }, Listen::Address { interface: b, .. })
            if F::VERSION == 6 =>
        {
            a == b
        }
        _ => a == b,
    }
}

fn clash_error<F: Family>(node: &Node, entry: &Listen<F>, first: &Place) -> ConfigError {
    let text = node.as_text().unwrap_or_default();
    let message = match entry {
        Listen::Address { interface, .. } if F::VERSION == 6 => {
            format!("\"{text}\" is a second address of {interface}; DHCPv6 listens on one")
        }
        _ => format!("\"{text}\" is listed twice"),
    };
    ConfigError::value(&node.place, message).with(first, "first listed at")
}

fn entry<F: Family>(node: &Node) -> Result<Listen<F>, ConfigError> {
    let refuse = |message: String| ConfigError::value(&node.place, message);
    let text = node.as_text().map(str::trim).unwrap_or_default();
    let (name, address) = match text.split_once('/') {
        Some((name, address)) => (name.trim(), Some(address.trim())),
        None => (text, None),
    };
    if name.is_empty() {
        let form = "an interface is given as \"name\", \"name/address\" or \"*\"";
        return Err(refuse(form.to_owned()));
    }
    let interface: Arc<str> = name.into();
    match address {
        None if name == "*" => Ok(Listen::All),
        None => Ok(Listen::Interface(interface)),
        Some(_) if name == "*" => Err(refuse("\"*\" takes no address".to_owned())),
        Some(address) => address
            .parse()
            .map(|address| Listen::Address { interface, address })
            .map_err(|_| refuse(format!("\"{address}\" is not an IPv{} address", F::VERSION))),
    }
}
