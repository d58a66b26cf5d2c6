//! `server-id` (dhcp6-srv.rst:6033-6242).

use murre_wire::option::text::encode_hex;

use super::{Cx, Fields};
use crate::error::Note;
use crate::snapshot::{DuidType, ServerIdSpec};

/// Longest identifier that leaves a DUID within the 128 bytes of RFC 8415.
const LONGEST: usize = 122;

/// Reads the map, or its defaults when it is not there.
pub(super) fn server_id(cx: &mut Cx, global: &Fields<'_>) -> ServerIdSpec {
    let defaults = ServerIdSpec::default();
    let Some(fields) = cx.map(global, "server-id") else {
        return defaults;
    };
    let kinds = [
        ("LLT", DuidType::Llt),
        ("EN", DuidType::En),
        ("LL", DuidType::Ll),
    ];
    let persist = cx.boolean(&fields, "persist").unwrap_or(defaults.persist);
    if !persist {
        let text =
            "\"persist\" has no effect: workers on one database share its identifier, which stays";
        cx.note(Note::info(fields.place_of("persist").clone(), text));
    }
    ServerIdSpec {
        kind: cx.one_of(&fields, "type", &kinds).unwrap_or_default(),
        htype: cx.integer(&fields, "htype", 0..=65535).unwrap_or_default(),
        identifier: identifier(cx, &fields),
        time: cx.seconds(&fields, "time").unwrap_or_default(),
        enterprise_id: cx.seconds(&fields, "enterprise-id").unwrap_or_default(),
        persist,
    }
}

fn identifier(cx: &mut Cx, fields: &Fields<'_>) -> Vec<u8> {
    let Some(text) = cx.filled(fields, "identifier") else {
        return Vec::new();
    };
    match encode_hex(text) {
        Ok(bytes) if bytes.len() <= LONGEST => bytes,
        Ok(_) => {
            let message = format!("\"identifier\" has more than {LONGEST} bytes");
            cx.value_error(fields.place_of("identifier"), message);
            Vec::new()
        }
        Err(error) => {
            cx.value_error(
                fields.place_of("identifier"),
                format!("\"identifier\": {error}"),
            );
            Vec::new()
        }
    }
}
