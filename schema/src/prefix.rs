//! Where prefixes of different lengths meet.
//!
//! Two prefixes overlap when one contains the other. The primary key sees only that two have the
//! same base, so a claim looks further: at the bases of the shorter prefixes that would contain it,
//! of which there are as many as it has bits that are one, and at what lies inside it.

use murre_wire::Address;

/// First and last address.
type Range<A> = (A, A);

/// Addresses in which a live row stands in the way of a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span<A> {
    /// The first address.
    pub low: A,
    /// The last one.
    pub high: A,
    /// Rows with more bits than this are too small to reach the prefix from here.
    pub longest: u8,
}

impl<A: Address> Span<A> {
    /// Whether it is the inside of a prefix, where rows of any length are in the way, and not the base of what
    /// would contain one.
    pub(crate) fn is_range(&self) -> bool {
        self.longest >= A::BITS
    }
}

/// The last address of a prefix; of an address, itself.
pub(crate) fn last<A: Address>(base: A, len: u8) -> A {
    let free = u32::from(A::BITS.saturating_sub(len));
    let ones = match free {
        0 => 0,
        _ => u128::MAX >> (128 - free),
    };
    A::from_bits(base.to_bits() | ones)
}

/// Whether two prefixes, or a prefix and an address, have an address in common.
pub(crate) fn overlap<A: Address>(one: (A, u8), other: (A, u8)) -> bool {
    one.0 <= last(other.0, other.1) && other.0 <= last(one.0, one.1)
}

/// The bases other than its own of all prefixes that contain `base`, each with the greatest length
/// at which it does.
pub(crate) fn containing<A: Address>(base: A) -> impl Iterator<Item = (A, u8)> {
    let mut bits = base.to_bits();
    std::iter::from_fn(move || {
        if bits == 0 {
            return None;
        }
        // The last one is where the bases part, so the prefix must end before it.
        let behind = u8::try_from(bits.trailing_zeros()).unwrap_or(A::BITS);
        bits &= bits - 1;
        Some((A::from_bits(bits), A::BITS.saturating_sub(behind + 1)))
    })
}

/// What lies inside of a prefix, its base excepted.
pub(crate) fn inside<A: Address>(base: A, len: u8) -> Option<Range<A>> {
    let last = last(base, len);
    (base < last).then(|| (A::from_bits(base.to_bits() + 1), last))
}

/// Everywhere but at the base of a prefix where a row may overlap it. Who has the base itself is
/// the primary key's to decide.
pub(crate) fn spans<A: Address>(base: A, len: u8) -> impl Iterator<Item = Span<A>> {
    let outer = containing(base).map(|(base, longest)| Span {
        low: base,
        high: base,
        longest,
    });
    let inner = inside(base, len).map(|(low, high)| Span {
        low,
        high,
        longest: A::BITS,
    });
    outer.chain(inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::net::Ipv6Addr;

    fn prefix(text: &str) -> (Ipv6Addr, u8) {
        let (base, len) = text.split_once('/').unwrap();
        (base.parse().unwrap(), len.parse().unwrap())
    }

    /// Whether the spans of one find the row of the other.
    fn finds(one: (Ipv6Addr, u8), row: (Ipv6Addr, u8)) -> bool {
        spans(one.0, one.1)
            .any(|span| (span.low..=span.high).contains(&row.0) && row.1 <= span.longest)
    }

    #[test]
    fn the_spans_of_a_prefix_find_whatever_overlaps_it_and_nothing_else() {
        let all: Vec<_> = (0..=12_u8)
            .flat_map(|len| (0..1_u128 << len).map(move |number| (number, len)))
            .map(|(number, len)| (number.checked_shl(128 - u32::from(len)).unwrap_or(0), len))
            .map(|(bits, len)| (Ipv6Addr::from_bits(bits), len))
            .filter(|(base, len)| len % 3 == 0 || base.to_bits() % 7 == 0)
            .collect();
        for one in all.iter().step_by(5) {
            for row in &all {
                let expected = overlap(*one, *row) && one.0 != row.0;
                assert_eq!(finds(*one, *row), expected, "{one:?} {row:?}");
            }
        }
    }

    #[test]
    fn a_prefix_has_a_span_per_bit_that_is_one_and_one_inside() {
        let (base, len) = prefix("2001:db8:8000::/56");
        let spans: Vec<_> = spans(base, len).collect();
        assert_eq!(spans.len() as u32, base.to_bits().count_ones() + 1);
        assert_eq!(spans.last().unwrap().high, last(base, len));
        let (outer, longest) = containing(base).next().unwrap();
        assert_eq!((outer, longest), prefix("2001:db8::/32"));
    }

    #[test]
    fn an_address_overlaps_the_prefix_around_it() {
        let (outer, inner) = (prefix("2001:db8::/60"), prefix("2001:db8:0:f::7/128"));
        assert!(overlap(outer, inner) && overlap(inner, outer));
        assert!(finds(outer, inner));
        assert!(!overlap(prefix("2001:db8:0:10::/60"), inner));
        assert_eq!(inside(inner.0, 128), None);
        assert_eq!(
            last(Ipv6Addr::UNSPECIFIED, 0),
            Ipv6Addr::from_bits(u128::MAX)
        );
    }
}
