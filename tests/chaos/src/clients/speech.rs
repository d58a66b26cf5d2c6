//! What differs between the families in what clients say and hear.

use std::net::IpAddr;

/// Where a client is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The subnet it gets leases of.
    pub(crate) subnet_id: u32,
    /// The relay's address there; without one the client is on the workers' own link.
    pub(crate) relay: Option<IpAddr>,
    /// Clients ask for prefixes alone, and each of them asks one worker alone: workers delegate
    /// different lengths here.
    pub(crate) own_worker: bool,
}

/// A lease, as a client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) kind: Kind,
    pub(crate) iaid: u32,
    pub(crate) address: IpAddr,
    pub(crate) len: u8,
    /// Seconds.
    pub(crate) lifetime: u32,
}

impl Given {
    pub(crate) fn is_address(&self) -> bool {
        self.kind == Kind::Address
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Address,
    Prefix,
}

/// What a client says. Leases come with the identifier of the server that gave them (v6).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Say<'a> {
    Discover,
    /// Take what this answer offers.
    Take(&'a [u8]),
    Renew(&'a [Given], &'a [u8]),
    /// To whoever hears it: REBIND, or INIT-REBOOT.
    Rebind(&'a [Given]),
    Release(&'a [Given], &'a [u8]),
    Decline(&'a [Given], &'a [u8]),
}

/// What an answer says.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// These could be had.
    Offer(Vec<Given>),
    /// There is nothing to be had.
    Nothing,
    Leases {
        given: Vec<Given>,
        /// Associations that are not known (v6), or addresses in them that are no longer to be used.
        denied: Vec<(Kind, u32, Option<IpAddr>)>,
    },
    /// NAK.
    No,
}

/// A family.
pub(crate) trait Speech {
    /// 4 or 6.
    const VERSION: u8;
    /// Where its clients may be.
    fn places() -> &'static [Place];
    /// The client as the tables show it.
    fn holder(who: u32, kind: Kind) -> String;
    /// The identifier of the server that sent an answer, where clients need it.
    fn server(answer: &[u8]) -> Vec<u8>;
    /// A message, as the client or its relay sends it.
    fn message(&self, who: u32, place: &Place, xid: u32, say: Say<'_>) -> Vec<u8>;
    /// The transaction of an answer, and what it says.
    fn hear(&self, packet: &[u8]) -> Option<(u32, Answer)>;
}

/// As the tables show bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
