//! Lifetimes and the T1/T2 timers that follow from them.

use std::marker::PhantomData;

use murre_wire::Family;

/// The lifetime that never ends (0xffffffff, RFC 2131 3.3 and RFC 8415 7.7).
pub const INFINITE: u32 = u32::MAX;

/// Minimum, default and maximum of a lifetime, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Triplet {
    /// Least that a client can ask for.
    pub min: u32,
    /// What a client gets that does not ask.
    pub default: u32,
    /// Most that a client can ask for.
    pub max: u32,
}

impl Triplet {
    /// A triplet that leaves no choice.
    pub const fn fixed(seconds: u32) -> Self {
        Self {
            min: seconds,
            default: seconds,
            max: seconds,
        }
    }

    /// The lifetime for a client's wish; a wish of zero is none (dhcp4-srv.rst:234).
    pub fn choose(self, requested: Option<u32>) -> u32 {
        match requested {
            None | Some(0) => self.default,
            Some(wish) => wish.max(self.min).min(self.max),
        }
    }
}

/// Lifetimes and timers of one scope, inherited values included.
#[derive(Clone, Debug, PartialEq)]
pub struct Lifetimes<F: Family> {
    /// Valid lifetime; 7200 s if nothing says otherwise.
    pub valid: Triplet,
    /// v6: preferred lifetime if configured; else five eighths of the valid lifetime.
    pub preferred: Option<Triplet>,
    /// T1 in seconds, if given (`renew-timer`).
    pub renew: Option<u32>,
    /// T2 in seconds, if given (`rebind-timer`).
    pub rebind: Option<u32>,
    /// Whether timers that are not given are fractions of the lifetime (`calculate-tee-times`).
    pub calculate: bool,
    /// T1 as a fraction.
    pub t1_percent: f64,
    /// T2 as a fraction.
    pub t2_percent: f64,
    /// The rules for T1 and T2 differ between the families.
    pub family: PhantomData<F>,
}

impl<F: Family> Default for Lifetimes<F> {
    /// The built-in values (dhcp4-srv.rst:1442-1452, dhcp6-srv.rst:2760-2771).
    fn default() -> Self {
        let v4 = F::VERSION == 4;
        Self {
            valid: Triplet::fixed(7200),
            preferred: None,
            renew: None,
            rebind: None,
            calculate: !v4,
            t1_percent: 0.5,
            t2_percent: if v4 { 0.875 } else { 0.8 },
            family: PhantomData,
        }
    }
}

impl<F: Family> Lifetimes<F> {
    /// Valid lifetime for a client's wish, in seconds.
    pub fn choose_valid(&self, requested: Option<u32>) -> u32 {
        self.valid.choose(requested)
    }

    /// Preferred lifetime that goes with a valid one when the client has no wish (v6).
    pub fn preferred_for(&self, valid: u32) -> u32 {
        self.choose_preferred(None, valid)
    }

    /// Preferred lifetime for a client's wish; never above `valid` (dhcp6-srv.rst:2724-2728).
    pub fn choose_preferred(&self, requested: Option<u32>, valid: u32) -> u32 {
        match self.preferred.map(|triplet| triplet.choose(requested)) {
            Some(preferred) if preferred != 0 && preferred <= valid => preferred,
            _ if valid == INFINITE => INFINITE,
            _ => (u64::from(valid) * 5 / 8) as u32,
        }
    }

    /// T1 and T2 in seconds for a lease of `lifetime` seconds: v4 its valid lifetime, v6 the
    /// shortest preferred lifetime of the answer.
    ///
    /// v4: `None` means the option is not sent; T2 only below the lifetime, T1 only below T2, or
    /// below the lifetime where T2 is not sent (dhcp4-srv.rst:1436). v6: `None` is sent as 0,
    /// the client's choice; T2 is free, T1 not below T2 is sent as 0 (dhcp6-srv.rst:2730-2758).
    /// A value given beats a calculated one.
    pub fn tee_times(&self, lifetime: u32) -> (Option<u32>, Option<u32>) {
        let t1 = self
            .renew
            .or_else(|| self.fraction(self.t1_percent, lifetime));
        let t2 = self
            .rebind
            .or_else(|| self.fraction(self.t2_percent, lifetime));
        if F::VERSION == 4 {
            let t2 = t2.filter(|t2| *t2 < lifetime);
            (t1.filter(|t1| *t1 < t2.unwrap_or(lifetime)), t2)
        } else if t1 == Some(INFINITE) && t2 == Some(INFINITE) {
            (t1, t2)
        } else {
            (t1.filter(|t1| *t1 < t2.unwrap_or(0)), t2)
        }
    }

    fn fraction(&self, percent: f64, lifetime: u32) -> Option<u32> {
        match (self.calculate, lifetime) {
            (false, _) => None,
            (true, INFINITE) => Some(INFINITE),
            (true, seconds) => Some((f64::from(seconds) * percent).round() as u32),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::{V4, V6};

    #[test]
    fn a_wish_is_clamped_and_no_wish_gets_the_default() {
        let triplet = Triplet {
            min: 100,
            default: 200,
            max: 300,
        };
        let chosen = [None, Some(0), Some(50), Some(250), Some(400)].map(|w| triplet.choose(w));
        assert_eq!(chosen, [200, 200, 100, 250, 300]);
    }

    #[test]
    fn v4_sends_no_timer_by_default_and_only_sane_ones() {
        let mut lifetimes = Lifetimes::<V4>::default();
        assert_eq!(lifetimes.tee_times(4000), (None, None));
        lifetimes.renew = Some(1000);
        lifetimes.rebind = Some(2000);
        assert_eq!(lifetimes.tee_times(4000), (Some(1000), Some(2000)));
        assert_eq!(
            lifetimes.tee_times(1500),
            (Some(1000), None),
            "T2 >= v drops T2 alone"
        );
        assert_eq!(lifetimes.tee_times(900), (None, None));
        lifetimes.renew = Some(2000);
        assert_eq!(
            lifetimes.tee_times(4000),
            (None, Some(2000)),
            "T1 must be below T2"
        );
    }

    #[test]
    fn v4_calculates_where_nothing_is_given() {
        let mut lifetimes = Lifetimes::<V4> {
            calculate: true,
            ..Lifetimes::default()
        };
        assert_eq!(lifetimes.tee_times(4000), (Some(2000), Some(3500)));
        lifetimes.renew = Some(7);
        assert_eq!(
            lifetimes.tee_times(4000),
            (Some(7), Some(3500)),
            "given beats calculated"
        );
        lifetimes.renew = None;
        assert_eq!(
            lifetimes.tee_times(INFINITE),
            (None, None),
            "nothing to renew"
        );
    }

    #[test]
    fn v6_calculates_by_default_and_zeroes_an_insane_t1() {
        let mut lifetimes = Lifetimes::<V6>::default();
        assert_eq!(lifetimes.tee_times(3000), (Some(1500), Some(2400)));
        assert_eq!(
            lifetimes.tee_times(INFINITE),
            (Some(INFINITE), Some(INFINITE))
        );
        (lifetimes.renew, lifetimes.rebind) = (Some(9000), Some(10_000));
        assert_eq!(
            lifetimes.tee_times(3000),
            (Some(9000), Some(10_000)),
            "may exceed lifetimes"
        );
        lifetimes.renew = Some(10_000);
        assert_eq!(lifetimes.tee_times(3000), (None, Some(10_000)));
    }

    #[test]
    fn preferred_is_five_eighths_of_valid_unless_configured_below_it() {
        let mut lifetimes = Lifetimes::<V6>::default();
        assert_eq!(lifetimes.preferred_for(4000), 2500);
        assert_eq!(lifetimes.preferred_for(INFINITE), INFINITE);
        lifetimes.preferred = Some(Triplet {
            min: 100,
            default: 3000,
            max: 4000,
        });
        assert_eq!(lifetimes.preferred_for(4000), 3000);
        assert_eq!(lifetimes.preferred_for(2000), 1250, "larger than valid");
        assert_eq!(lifetimes.choose_preferred(Some(3500), 4000), 3500);
    }
}
