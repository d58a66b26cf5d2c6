//! DHCIDs: who a name in the DNS belongs to, without telling it (RFC 4701 section 3).

use murre_schema::LeaseFamily;
use sha2::{Digest, Sha256};

use super::DomainName;

/// The digest is SHA-256 (RFC 4701 section 3.4).
const SHA_256: u8 = 1;
/// First byte of a client identifier that holds a DUID behind an IAID (RFC 4361 section 6.1).
const HOLDS_DUID: u8 = 255;
/// Bytes of an IAID.
const IAID: usize = 4;

/// What a client is identified by, with its number (RFC 4701 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identifier<'a> {
    /// Behind the hardware's type.
    Hardware(&'a [u8]),
    ClientId(&'a [u8]),
    Duid(&'a [u8]),
}

/// The DHCID of a client, known by the key of its leases, and a name.
pub(super) fn dhcid<F: LeaseFamily>(client: &[u8], name: &DomainName) -> Vec<u8> {
    let identifier = match client.split_first() {
        _ if F::VERSION == 6 => Identifier::Duid(client),
        Some((0, hwaddr)) => Identifier::Hardware(hwaddr),
        Some((_, id)) => client_id(id),
        None => Identifier::ClientId(client),
    };
    of(identifier, name)
}

fn client_id(id: &[u8]) -> Identifier<'_> {
    match id.split_first() {
        Some((&HOLDS_DUID, rest)) if rest.len() > IAID => {
            Identifier::Duid(rest.get(IAID..).unwrap_or_default())
        }
        _ => Identifier::ClientId(id),
    }
}

fn of(identifier: Identifier<'_>, name: &DomainName) -> Vec<u8> {
    let mut digest = Sha256::new();
    let kind = match identifier {
        Identifier::Hardware(address) => {
            // Leases keep no type; all hardware that is served has the one of Ethernet.
            digest.update([1]);
            digest.update(address);
            0
        }
        Identifier::ClientId(id) => {
            digest.update(id);
            1
        }
        Identifier::Duid(duid) => {
            digest.update(duid);
            2
        }
    };
    digest.update(name.wire());
    let mut dhcid = vec![0, kind, SHA_256];
    dhcid.extend_from_slice(&digest.finalize());
    dhcid
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::{V4, V6};

    fn hex<F: LeaseFamily>(client: &[u8], name: &str) -> String {
        let dhcid = dhcid::<F>(client, &DomainName::from_text(name).unwrap());
        dhcid.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// RFC 4701 section 3.6, its base64 as hexadecimal digits.
    #[test]
    fn the_examples_of_the_rfc_come_out() {
        let duid = [0, 1, 0, 6, 0x41, 0x2d, 0xf1, 0x66, 1, 2, 3, 4, 5, 6];
        assert_eq!(
            hex::<V6>(&duid, "chi6.example.com"),
            "000201636FC0B8271C82825BB1AC5C41CF5351AA69B4FEBD94E8F17CDB95000DA48C40"
        );
        assert_eq!(
            hex::<V4>(&[1, 1, 7, 8, 9, 10, 11, 12], "chi.example.com"),
            "0001013920FE5D1DCEB3FD0BA3379756A70D73B17009F41D58BDDBFCD6A2503956D8DA"
        );
        assert_eq!(
            hex::<V4>(&[0, 1, 2, 3, 4, 5, 6], "client.example.com"),
            "000001C4B9A5B249651343158DDE7BCC77169841F7A4243A572B5C283FFFEDEB3F75E6"
        );
    }

    #[test]
    fn a_duid_within_a_client_identifier_is_what_counts() {
        let with_iaid = [1, 255, 0, 0, 0, 1, 0, 3, 0, 1, 2, 0, 0, 0, 0, 0xaa];
        let name = "a.example.com";
        assert_eq!(
            hex::<V4>(&with_iaid, name),
            hex::<V6>(&with_iaid[6..], name)
        );
        assert!(hex::<V4>(&[1, 255, 0, 0, 0, 1], name).starts_with("0001"));
        assert!(hex::<V4>(&[], name).starts_with("0001"));
    }
}
