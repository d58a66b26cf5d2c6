//! Which of several rows for one lease counts: the last one, found in memory that grows with the
//! leases and not with the rows.

use crate::row::FileFamily;

/// Where the row of an address stands: address, then offset and whether it is a removal. Kept in
/// bytes to be small; compares by address, then by offset.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place<F: FileFamily>(F::Address, [u8; 8]);

impl<F: FileFamily> Place<F> {
    pub(crate) fn new(address: F::Address, offset: u64, removal: bool) -> Self {
        Self(address, (offset << 1 | u64::from(removal)).to_be_bytes())
    }

    pub(crate) fn offset(self) -> u64 {
        u64::from_be_bytes(self.1) >> 1
    }

    pub(crate) fn is_removal(self) -> bool {
        u64::from_be_bytes(self.1) & 1 == 1
    }
}

/// The latest row of every address. Repeats are thrown out whenever the list has doubled, so it
/// grows with the leases, not with the rows.
pub(crate) struct Latest<F: FileFamily> {
    places: Vec<Place<F>>,
    compact_at: usize,
}

impl<F: FileFamily> Default for Latest<F> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            compact_at: 1 << 18,
        }
    }
}

impl<F: FileFamily> Latest<F> {
    pub(crate) fn add(&mut self, address: F::Address, offset: u64, removal: bool) {
        if self.places.len() >= self.compact_at {
            self.compact();
            self.compact_at = self.compact_at.max(self.places.len() * 2);
        }
        self.places.push(Place::new(address, offset, removal));
    }

    /// Sort, and of each address keep the row that stands last.
    fn compact(&mut self) {
        self.places.sort_unstable();
        // `dedup_by` hands over the later element first and drops it, so swap before.
        self.places.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                *kept = *later;
            }
            same
        });
    }

    pub(crate) fn finish(mut self) -> Vec<Place<F>> {
        self.compact();
        self.places.retain(|place| !place.is_removal());
        self.places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use murre_wire::V4;

    #[test]
    fn many_repeats_keep_the_list_short() {
        let mut latest = Latest::<V4>::default();
        for round in 0..20_u64 {
            for number in 0..100_000_u32 {
                latest.add(number.into(), round * 100_000 + u64::from(number), false);
                assert!(latest.places.len() <= 1 << 18);
            }
        }
        let places = latest.finish();
        assert_eq!(places.len(), 100_000);
        assert!(places.iter().all(|place| place.offset() >= 1_900_000));
    }
}
