//! How many queries are in flight, averaged the way `top` averages a machine's load.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Queries that each average is about.
const SPANS: [f64; 3] = [10.0, 100.0, 1000.0];

/// Averages over the last 10, 100 and 1000 queries. One task adds, any may read.
#[derive(Debug, Default)]
pub(crate) struct Load([AtomicU64; 3]);

impl Load {
    /// A query came in while so many were in flight.
    pub(crate) fn add(&self, in_flight: usize) {
        for (average, span) in self.0.iter().zip(SPANS) {
            let before = f64::from_bits(average.load(Relaxed));
            let after = before + (in_flight as f64 - before) / span;
            average.store(after.to_bits(), Relaxed);
        }
    }

    /// The averages, shortest span first.
    pub(crate) fn averages(&self) -> [f64; 3] {
        self.0
            .each_ref()
            .map(|average| f64::from_bits(average.load(Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_spans_follow_faster_than_long_ones() {
        let load = Load::default();
        assert_eq!(load.averages(), [0.0; 3]);
        (0..100).for_each(|_| load.add(8));
        let [ten, hundred, thousand] = load.averages();
        assert!(7.9 < ten && ten <= 8.0, "{ten}");
        assert!(4.0 < hundred && hundred < ten, "{hundred}");
        assert!(0.0 < thousand && thousand < hundred, "{thousand}");
    }
}
