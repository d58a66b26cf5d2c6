//! What the workers are configured with: short leases in pools that the clients nearly fill.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::options::Options;

/// One for all workers: whichever hears a client may answer it.
pub(crate) const SERVER_ID: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 1);

/// Addresses per hundred clients that are in a place on average: some are held by clients that went
/// away, so that pools run full now and then.
const ROOM: u32 = 140;

/// The configuration of a worker.
pub(super) fn of(worker: usize, options: &Options, access: &Value) -> Value {
    let (four, six) = (options.clients * 3 / 5, options.clients * 2 / 5);
    let mut config = json!({
        "Dhcp4": dhcp4(four / 3 * ROOM / 100 + 2, access),
        "Dhcp6": dhcp6(worker, six / 4 * ROOM / 100 + 2, options.sharing, access),
    });
    for family in ["Dhcp4", "Dhcp6"] {
        config[family]["worker-sharing"] = json!(options.sharing);
    }
    config
}

/// One of each: all of them are to be safe.
const ALLOCATORS: [&str; 4] = ["random", "flq", "iterative", "random"];

/// Pieces that both families have.
fn common(server: &mut Value, family: u8, access: &Value) {
    let name = format!("kea-dhcp{family}");
    let output = json!([{ "output": "stdout" }]);
    server["loggers"] = json!([
        { "name": name, "severity": "INFO", "output-options": output },
        { "name": format!("{name}.leases"), "severity": "ERROR", "output-options": output },
        { "name": format!("{name}.alloc-engine"), "severity": "ERROR", "output-options": output },
    ]);
    server["lease-database"] = access.clone();
    server["decline-probation-period"] = json!(20);
    server["expired-leases-processing"] = json!({
        "reclaim-timer-wait-time": 2, "flush-reclaimed-timer-wait-time": 5,
        "hold-reclaimed-time": 15,
    });
}

fn dhcp4(room: u32, access: &Value) -> Value {
    let subnet = |number: u32, lifetime: u32| {
        let first = Ipv4Addr::new(10, number as u8, 1, 0);
        let last = Ipv4Addr::from_bits(first.to_bits() + room - 1);
        let mut subnet = json!({
            "id": number, "subnet": format!("10.{number}.0.0/16"), "valid-lifetime": lifetime,
            "allocator": ALLOCATORS[number as usize - 1],
            "pools": [{ "pool": format!("{first}-{last}") }],
            "option-data": [{ "name": "dhcp-server-identifier", "data": SERVER_ID }],
        });
        if number == 1 {
            subnet["interface"] = json!("srv0");
        }
        subnet
    };
    let mut server = json!({
        "interfaces-config": { "interfaces": ["srv0"] },
        "renew-timer": 10, "rebind-timer": 20,
        "subnet4": [subnet(1, 30), subnet(2, 40), subnet(3, 60)],
    });
    common(&mut server, 4, access);
    server
}

fn dhcp6(worker: usize, room: u32, sharing: bool, access: &Value) -> Value {
    // Two of three clients want a prefix; the pool has a power of two of them.
    let bits = (room * 2 / 3).next_power_of_two().ilog2();
    let subnet = |number: u32, lifetime: u32, delegated: u32| {
        let base = format!("2001:db8:{number}::");
        let mut subnet = json!({
            "id": number, "subnet": format!("{base}/64"), "valid-lifetime": lifetime,
            "preferred-lifetime": lifetime / 2, "allocator": ALLOCATORS[number as usize - 1],
            "pd-allocator": ALLOCATORS[number as usize - 1],
            "pools": [{ "pool": format!("{base}1:0-{base}1:{:x}", room - 1) }],
            "pd-pools": [{
                "prefix": format!("2001:db8:8{number}00::"), "prefix-len": 56 - bits,
                "delegated-len": delegated,
            }],
        });
        if number == 1 {
            subnet["interface"] = json!("srv0");
        }
        subnet
    };
    // In the last one each worker has clients of its own, and some delegate longer prefixes.
    let delegated = if sharing || worker.is_multiple_of(2) {
        56
    } else {
        60
    };
    let own = format!("srv0/2001:db8:1::{:x}", worker + 1);
    let subnets = [subnet(1, 30, 56), subnet(2, 40, 56), subnet(3, 60, 56)];
    let mut server = json!({
        "interfaces-config": { "interfaces": ["srv0", own] },
        "renew-timer": 10, "rebind-timer": 20,
        "subnet6": [&subnets[0], &subnets[1], &subnets[2], subnet(4, 40, delegated)],
    });
    common(&mut server, 6, access);
    server
}
