//! Counting delays without keeping them: buckets that are about 1 % wide, from a nanosecond to
//! years, in a table of fixed size.

/// Each power of two is divided into 128 buckets, so that none is wider than 1/128 of its values.
const STEP_BITS: u32 = 7;
/// One row for values below 128, and one per power of two above.
const BUCKETS: usize = ((64 - STEP_BITS + 1) as usize) << STEP_BITS;

/// How often each value came, in nanoseconds as it is used here.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    buckets: Box<[u64]>,
    count: u64,
    max: u64,
}

impl Histogram {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            buckets: vec![0; BUCKETS].into_boxed_slice(),
            count: 0,
            max: 0,
        }
    }

    /// Counts a value.
    pub(crate) fn record(&mut self, value: u64) {
        if let Some(bucket) = self.buckets.get_mut(index(value)) {
            *bucket += 1;
        }
        self.count += 1;
        self.max = self.max.max(value);
    }

    /// Counts what another one has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// How many values there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The greatest, exactly.
    pub(crate) fn max(&self) -> u64 {
        self.max
    }

    /// What `share` (0.5: the median) of the values do not exceed, to 1 %; `None` when there is none.
    pub(crate) fn quantile(&self, share: f64) -> Option<u64> {
        let rank = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        let reached = |count: &u64| {
            seen += count;
            seen >= rank
        };
        let found = self.buckets.iter().position(reached)?;
        Some(upper_end(found).min(self.max))
    }
}

/// The bucket of a value: its power of two, and its [`STEP_BITS`] bits behind the first.
fn index(value: u64) -> usize {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(STEP_BITS + 1);
    ((u64::from(shift) << STEP_BITS) + (value >> shift)) as usize
}

/// The greatest value of a bucket.
fn upper_end(index: usize) -> u64 {
    let index = index as u64;
    let shift = (index >> STEP_BITS).saturating_sub(1);
    let first = index - (shift << STEP_BITS);
    (first << shift) | ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_in_a_bucket_that_ends_at_most_one_percent_above_it() {
        let powers = (0..63).map(|bits| 1_u64 << bits);
        let values = powers.flat_map(|power| [power, power - 1, power + power / 3]);
        for value in values.chain([u64::MAX]) {
            let end = upper_end(index(value));
            assert!(end >= value && end - value <= value / 100, "{value}: {end}");
            assert!(index(value) < BUCKETS);
            let next = index(end.saturating_add(1));
            assert!(next == index(value) + 1 || end == u64::MAX, "{value}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_values() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.quantile(0.5), None);
        for value in (1..=1000).rev() {
            histogram.record(value * 1000);
        }
        for (share, exact) in [
            (0.0, 1000),
            (0.5, 500_000),
            (0.99, 990_000),
            (1.0, 1_000_000),
        ] {
            let found = histogram.quantile(share).unwrap();
            assert!(
                found >= exact && found <= exact + exact / 100,
                "{share}: {found}"
            );
        }
        assert_eq!((histogram.max(), histogram.count()), (1_000_000, 1000));
    }

    #[test]
    fn two_histograms_add_up() {
        let (mut one, mut other) = (Histogram::new(), Histogram::new());
        one.record(10);
        other.record(1_000_000);
        one.add(&other);
        assert_eq!((one.count(), one.max()), (2, 1_000_000));
        assert_eq!(
            (one.quantile(0.5), one.quantile(1.0)),
            (Some(10), Some(1_000_000))
        );
    }
}
