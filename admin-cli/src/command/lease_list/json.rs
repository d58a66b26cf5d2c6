//! A lease as a JSON object with the keys that the lease commands use.

use murre_schema::{Lease, LeaseFamily, LeaseKind};
use murre_wire::{V4, V6};
use serde_json::{Map, Value, json};

use murre_leasefile::text;

/// What a family has of its own.
pub(super) trait Object: LeaseFamily {
    /// Add the keys of this family.
    fn own(lease: &Lease<Self>, object: &mut Map<String, Value>);
}

/// The whole lease; keys without a value are left out.
pub(super) fn object<F: Object>(lease: &Lease<F>) -> Value {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("ip-address", json!(lease.address.to_string()));
    put("subnet-id", json!(lease.subnet_id));
    put("pool-id", json!(lease.pool_id));
    put(
        "cltt",
        json!(lease.expire - i64::from(lease.valid_lifetime)),
    );
    put("valid-lft", json!(lease.valid_lifetime));
    put("expire", json!(lease.expire));
    put("state", json!(lease.state as u8));
    put("hostname", json!(lease.hostname));
    put("fqdn-fwd", json!(lease.fqdn_fwd));
    put("fqdn-rev", json!(lease.fqdn_rev));
    if let Some(context) = &lease.user_context {
        let value = serde_json::from_str(context).unwrap_or_else(|_| json!(context));
        put("user-context", value);
    }
    F::own(lease, &mut object);
    Value::Object(object)
}

/// Bytes as colon-separated hex.
fn hex(bytes: &[u8]) -> Value {
    json!(colons(bytes))
}

/// Bytes as colon-separated hex.
pub(super) fn colons(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    text::put_hex(&mut out, bytes);
    String::from_utf8_lossy(&out).into_owned()
}

impl Object for V4 {
    fn own(lease: &Lease<Self>, object: &mut Map<String, Value>) {
        object.insert("hw-address".to_owned(), hex(&lease.client.hwaddr));
        if let Some(id) = &lease.client.client_id {
            object.insert("client-id".to_owned(), hex(id));
        }
    }
}

impl Object for V6 {
    fn own(lease: &Lease<Self>, object: &mut Map<String, Value>) {
        let (client, details) = (&lease.client, &lease.details);
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("duid", hex(&client.duid));
        put("iaid", json!(client.iaid));
        put("type", json!(kind(client.kind)));
        put("preferred-lft", json!(details.preferred_lifetime));
        if client.kind == LeaseKind::Pd {
            put("prefix-len", json!(details.prefix_len));
        }
        if let Some(hwaddr) = &details.hwaddr {
            put("hw-address", hex(hwaddr));
        }
    }
}

/// The name of a kind of lease.
pub(super) fn kind(kind: LeaseKind) -> &'static str {
    match kind {
        LeaseKind::Na => "IA_NA",
        LeaseKind::Ta => "IA_TA",
        LeaseKind::Pd => "IA_PD",
    }
}
