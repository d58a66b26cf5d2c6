//! The DUID that all workers on a database share (RFC 8415 section 11, manual dhcp6-srv.rst:6033 ff.).
//!
//! The database keeps it. The first worker makes one; `server-id` in the configuration shapes it.

use std::time::{SystemTime, UNIX_EPOCH};

use murre_config::{DuidType, Server, ServerIdSpec};
use murre_schema::{Error, Store};
use murre_wire::V6;

use crate::socket::Interface;

/// Seconds from 1970 to 2000, where DUID times begin (RFC 8415 section 11.2).
const DUID_EPOCH: u64 = 946_684_800;
/// The enterprise number that names no other when none is configured (manual dhcp6-srv.rst:6157).
const DEFAULT_ENTERPRISE: u32 = 2495;

/// The DUID to serve with: the database's, unless the configuration asks for another.
pub(super) async fn settle(
    server: &Server<V6>,
    store: &Store<V6>,
    interfaces: &[Interface],
) -> Result<Vec<u8>, Error> {
    let spec = &server.server_id;
    let candidate = spec
        .complete()
        .unwrap_or_else(|| generate(spec, interfaces, &[]));
    let stored = store.server_duid(&candidate, false).await?;
    if *spec == ServerIdSpec::default() || fits(spec, &stored) {
        return Ok(stored);
    }
    let wanted = spec
        .complete()
        .unwrap_or_else(|| generate(spec, interfaces, &stored));
    store.server_duid(&wanted, true).await
}

/// A DUID has the type and every part that the configuration names.
fn fits(spec: &ServerIdSpec, duid: &[u8]) -> bool {
    let part = |from: usize, to: usize| duid.get(from..to).unwrap_or_default();
    let number = |from, to| {
        part(from, to)
            .iter()
            .fold(0u32, |number, byte| number << 8 | u32::from(*byte))
    };
    let same = |wanted: u32, found: u32| wanted == 0 || wanted == found;
    let identifier = |from: usize| {
        spec.identifier.is_empty() || duid.get(from..) == Some(spec.identifier.as_slice())
    };
    let kind = number(0, 2);
    match spec.kind {
        DuidType::Llt => {
            kind == 1
                && same(u32::from(spec.htype), number(2, 4))
                && same(spec.time, number(4, 8))
                && identifier(8)
        }
        DuidType::En => kind == 2 && same(spec.enterprise_id, number(2, 6)) && identifier(6),
        DuidType::Ll => kind == 3 && same(u32::from(spec.htype), number(2, 4)) && identifier(4),
    }
}

/// Fill in what the configuration leaves open: from the stored DUID where it has the same type,
/// else from an interface, the clock or chance.
fn generate(spec: &ServerIdSpec, interfaces: &[Interface], stored: &[u8]) -> Vec<u8> {
    let mut whole = spec.clone();
    keep(&mut whole, stored);
    let card = interfaces
        .iter()
        .filter(|interface| !interface.loopback)
        .find_map(|interface| Some((interface.hardware_type, interface.mac?)));
    let (htype, mac) = card.unwrap_or((1, random_mac()));
    if whole.htype == 0 {
        whole.htype = htype;
    }
    if whole.identifier.is_empty() {
        whole.identifier = mac.to_vec();
    }
    if whole.time == 0 {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(DUID_EPOCH, |now| now.as_secs());
        // The field wraps after 136 years, as RFC 8415 says.
        whole.time = now.saturating_sub(DUID_EPOCH) as u32;
    }
    if whole.enterprise_id == 0 {
        whole.enterprise_id = DEFAULT_ENTERPRISE;
    }
    whole.encode()
}

/// Parts of a stored DUID of the same type stay where the configuration does not name others.
fn keep(spec: &mut ServerIdSpec, stored: &[u8]) {
    let (kind, header) = match spec.kind {
        DuidType::Llt => (1, 8),
        DuidType::En => (2, 6),
        DuidType::Ll => (3, 4),
    };
    let Some((head, identifier)) = stored.split_at_checked(header) else {
        return;
    };
    let number = |from: usize, to: usize| {
        head.get(from..to)
            .unwrap_or_default()
            .iter()
            .fold(0u32, |number, byte| number << 8 | u32::from(*byte))
    };
    if number(0, 2) != kind {
        return;
    }
    if spec.identifier.is_empty() {
        spec.identifier = identifier.to_vec();
    }
    if spec.kind == DuidType::En {
        if spec.enterprise_id == 0 {
            spec.enterprise_id = number(2, 6);
        }
        return;
    }
    if spec.htype == 0 {
        spec.htype = number(2, 4) as u16;
    }
    if spec.kind == DuidType::Llt && spec.time == 0 {
        spec.time = number(4, 8);
    }
}

/// A locally administered address, for hosts without a card.
fn random_mac() -> [u8; 6] {
    use std::hash::{BuildHasher, RandomState};
    let [_, _, a, b, c, d, e, _] = RandomState::new().hash_one(0).to_be_bytes();
    [0x02, a, b, c, d, e]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(kind: DuidType) -> ServerIdSpec {
        ServerIdSpec {
            kind,
            ..ServerIdSpec::default()
        }
    }

    #[test]
    fn a_generated_duid_fits_what_it_was_made_for() {
        for kind in [DuidType::Llt, DuidType::En, DuidType::Ll] {
            let made = generate(&spec(kind), &[], &[]);
            assert!(fits(&spec(kind), &made), "{kind:?} {made:02x?}");
        }
    }

    #[test]
    fn parts_that_are_not_named_stay() {
        let stored = generate(&spec(DuidType::Llt), &[], &[]);
        let asked = ServerIdSpec {
            htype: 8,
            ..spec(DuidType::Llt)
        };
        let made = generate(&asked, &[], &stored);
        assert_eq!((&made[2..4], &made[4..]), ([0, 8].as_slice(), &stored[4..]));
    }

    #[test]
    fn another_type_or_part_does_not_fit() {
        let made = generate(&spec(DuidType::Llt), &[], &[]);
        assert!(!fits(&spec(DuidType::En), &made));
        let other = ServerIdSpec {
            identifier: vec![1, 2, 3],
            ..spec(DuidType::Llt)
        };
        assert!(!fits(&other, &made));
    }
}
