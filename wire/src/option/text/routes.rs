//! classless-static-route (option 121, RFC 3442): `destination/length - router, ...`.

use std::net::Ipv4Addr;

use super::super::{DataType, Universe};
use super::decode::Reader;
use super::encode::{field_error, ipv4, number};
use super::{TextError, encode_hex, split};

/// Bytes of `10.229.0.0/16 - 10.229.0.1, ...`; or of hexadecimal data, which must be routes as well.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, TextError> {
    if !text.contains(['/', '-', '.']) && !text.trim_ascii().is_empty() {
        let data = encode_hex(text)?;
        decode(&data)?;
        return Ok(data);
    }
    let routes = split::fields(text, ',');
    if routes.is_empty() {
        let next = "a route (destination/length - router)".into();
        return Err(TextError::TooFew {
            expected: 1,
            found: 0,
            next,
        });
    }
    let mut out = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        let expected = "a route: destination/length - router";
        let fail = || field_error(index + 1, route, expected);
        let (destination, router) = route.split_once('-').ok_or_else(fail)?;
        let (network, len) = destination.split_once('/').ok_or_else(fail)?;
        let network = ipv4(network.trim_ascii()).map_err(|_| fail())?;
        let router = ipv4(router.trim_ascii()).map_err(|_| fail())?;
        let len = number::<u8>(len.trim_ascii())
            .ok()
            .filter(|l| *l <= 32)
            .ok_or_else(fail)?;
        out.push(len);
        let octets = mask(network, len).octets();
        out.extend_from_slice(&octets[..usize::from(len).div_ceil(8)]);
        out.extend(router.octets());
    }
    Ok(out)
}

/// Text of routes on the wire.
pub(super) fn decode(data: &[u8]) -> Result<String, TextError> {
    let mut reader = Reader::new(Universe::V4, data);
    let mut routes = Vec::new();
    while !reader.is_done() || routes.is_empty() {
        let len: u8 = match reader.value(DataType::Uint8)?.parse() {
            Ok(len @ 0..=32) => len,
            _ => return Err(reader.error("a prefix length of at most 32")),
        };
        let held = reader.take(usize::from(len).div_ceil(8), "the bytes of the destination")?;
        let mut octets = [0; 4];
        for (to, from) in octets.iter_mut().zip(held) {
            *to = *from;
        }
        let network = mask(Ipv4Addr::from(octets), len);
        let router = Ipv4Addr::from(reader.array::<4>("the router's address")?);
        routes.push(format!("{network}/{len} - {router}"));
    }
    Ok(routes.join(", "))
}

/// Bits behind the length must not be sent (RFC 3442: destination descriptors are masked).
fn mask(network: Ipv4Addr, len: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0);
    Ipv4Addr::from(u32::from(network) & mask)
}
