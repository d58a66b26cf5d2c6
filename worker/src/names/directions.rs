//! Who enters a name in the DNS: what the client wants and what the server does (RFC 4702 section 4, RFC 4704
//! section 6, manual dhcp4-srv.rst:3743-3800).

use murre_config::Naming;

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// S: the server shall enter the forward direction as well.
    pub(crate) server_forward: bool,
    /// N: the server shall enter nothing.
    pub(crate) no_update: bool,
}

/// What the server does, and says that it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directions {
    /// The forward direction is entered; the S flag of the answer.
    pub(crate) forward: bool,
    /// The reverse direction is entered; if not, the N flag of the answer is set.
    pub(crate) reverse: bool,
    /// O: it is not what the client wanted.
    pub(crate) overrides: bool,
}

impl Directions {
    /// Both, for who has no wishes; none where the DNS is told nothing.
    pub(crate) fn all(tells: bool) -> Self {
        Self {
            forward: tells,
            reverse: tells,
            overrides: false,
        }
    }

    /// What comes of a client's wishes.
    pub(crate) fn of(wishes: Wishes, naming: &Naming, tells: bool) -> Self {
        let both = Self::all(true);
        let overridden = Self {
            overrides: true,
            ..both
        };
        match wishes {
            _ if !tells => Self {
                overrides: wishes.server_forward,
                ..Self::default()
            },
            Wishes {
                no_update: true, ..
            } if naming.override_no_update => overridden,
            Wishes {
                no_update: true, ..
            } => Self::default(),
            Wishes {
                server_forward: true,
                ..
            } => both,
            _ if naming.override_client_update => overridden,
            _ => Self {
                forward: false,
                ..both
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S, N and O of the answer, and the directions that are entered.
    fn answer(s: bool, n: bool, overrides: [bool; 2], tells: bool) -> String {
        let mut naming = (*Naming::built_in()).clone();
        [naming.override_no_update, naming.override_client_update] = overrides;
        let wishes = Wishes {
            server_forward: s,
            no_update: n,
        };
        let d = Directions::of(wishes, &naming, tells);
        let bit = u8::from;
        format!(
            "{}{}{} {}{}",
            bit(d.forward),
            bit(!d.reverse),
            bit(d.overrides),
            bit(d.forward),
            bit(d.reverse)
        )
    }

    /// RFC 4702 section 4; of what the manual's table says of the N flag where only the reverse direction is entered,
    /// see docs/conformance.md, V4A-282.
    #[test]
    fn a_client_gets_what_it_wants_unless_that_is_overridden() {
        let neither = [false, false];
        assert_eq!(answer(false, false, neither, true), "000 01");
        assert_eq!(answer(true, false, neither, true), "100 11");
        assert_eq!(answer(false, true, neither, true), "010 00");
        assert_eq!(answer(false, false, [false, true], true), "101 11");
        assert_eq!(answer(false, true, [true, false], true), "101 11");
        assert_eq!(answer(true, false, [true, true], true), "100 11");
        assert_eq!(answer(false, true, [false, true], true), "010 00");
        assert_eq!(answer(false, false, [true, false], true), "000 01");
    }

    #[test]
    fn where_nothing_is_told_the_answer_says_so() {
        for overrides in [[false, false], [true, true]] {
            assert_eq!(answer(false, false, overrides, false), "010 00");
            assert_eq!(answer(true, false, overrides, false), "011 00");
            assert_eq!(answer(false, true, overrides, false), "010 00");
        }
    }
}
