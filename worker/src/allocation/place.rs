//! Where a pool's vacancies come from: windows in the allocator's order, and what was given back.
//!
//! One search per pool is under way at a time; who comes meanwhile waits for it and takes of what it
//! found. A search is bounded, in rows or in time, so that a pool that is full costs little more than one that
//! is not.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{try_join, try_join_all};
use murre_config::{Allocator as Kind, Hosts, Pool, PoolKind, Subnet};
use murre_schema::{Error, GivenBack, LeaseFamily, Lookup, Occupied, Store};
use murre_wire::Address;
use tokio::time::timeout;

use super::permutation::mix;
use super::round::Round;
use super::vacancies::{self, Vacancies};
use super::window::{self, Order, Share, Windows};
use crate::exchange::HostStores;

/// Most windows of a short walk. A pool that is cut into so many or fewer is searched as a whole.
const MOST_WINDOWS: usize = 64;
/// Most windows that are asked for at once.
const AT_ONCE: usize = 16;
/// A long walk ends after so long ([`Round`] says when there is one).
const LONGEST_WALK: Duration = Duration::from_millis(500);
/// Who waited so long for a search is given up; the client asks again.
const PATIENCE: Duration = Duration::from_secs(2);
/// Fewer than this from a search, and the next one takes more windows at once.
const FEW: usize = 8;
/// Where as many were found as this, or not used up as soon as this, it takes fewer.
const MANY: usize = 256;
const SOON: Duration = Duration::from_millis(50);
/// Most rows given back that are asked for at once.
const GIVEN_BACK: u32 = 256;

/// A pool of a subnet, as this worker sees it.
#[derive(Debug)]
pub(super) struct Place<F: LeaseFamily> {
    kind: Kind,
    vacancies: Mutex<Vacancies<F>>,
    search: tokio::sync::Mutex<Search>,
}

/// How far searches have come; whoever holds it searches.
#[derive(Debug)]
struct Search {
    order: Order,
    key: u64,
    at_once: usize,
    /// When windows were looked at last.
    looked: Option<Instant>,
    /// Windows in a row that had nothing.
    barren: u128,
    round: Round,
    /// Until then no window is looked at, as all that was free lately is promised to somebody.
    vain_until: Option<Instant>,
}

/// What a search is about.
#[derive(Clone, Copy)]
pub(super) struct Quest<'a, F: LeaseFamily> {
    pub(super) store: &'a Store<F>,
    pub(super) subnet: &'a Subnet<F>,
    pub(super) hosts: &'a Hosts<F>,
    pub(super) stores: &'a HostStores,
    pub(super) pool: &'a Pool<F>,
    pub(super) share: Share,
    /// No other pool has anything: what is promised to clients that may never take it is better than nothing.
    pub(super) is_last: bool,
}

impl<F: LeaseFamily> Place<F> {
    /// `key` is this worker's own, and its choices cannot be guessed without it.
    pub(super) fn new(kind: Kind, key: u64) -> Self {
        let search = Search {
            order: Order::new(kind, key),
            key,
            at_once: 1,
            looked: None,
            barren: 0,
            round: Round::default(),
            vain_until: None,
        };
        Self {
            kind,
            vacancies: Mutex::new(Vacancies::new()),
            search: tokio::sync::Mutex::new(search),
        }
    }

    pub(super) fn vacancies(&self) -> MutexGuard<'_, Vacancies<F>> {
        // A panic while holding the lock leaves a cache that is still a cache.
        self.vacancies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing is at hand, and a search would be in vain, as one was lately.
    pub(super) fn has_nothing(&self, now: Instant, is_last: bool) -> bool {
        let vacancies = self.vacancies();
        vacancies.is_empty() && vacancies.is_left_alone(now, is_last)
    }

    /// See that there are vacancies, unless it was found lately that there are none.
    ///
    /// # Errors
    /// The database could not be asked; [`Error::Overloaded`] when it could not be found out in time.
    pub(super) async fn fill(&self, quest: Quest<'_, F>) -> Result<(), Error> {
        let came = Instant::now();
        let Ok(mut search) = timeout(PATIENCE, self.search.lock()).await else {
            return Err(late(came));
        };
        let started = Instant::now();
        {
            let mut vacancies = self.vacancies();
            if !vacancies.is_empty() || vacancies.is_left_alone(started, quest.is_last) {
                return Ok(());
            }
            vacancies.forget_promised();
        }
        let walks = search.vain_until.is_none_or(|until| started >= until);
        let given_back_first = !walks
            || self.kind != Kind::Iterative
                && (search.order.has_gone_round() || self.vacancies().is_nearly_full());
        if given_back_first && self.look_for_given_back(&search, quest).await?
            || walks && self.short_walk(&mut search, quest).await?
            || !given_back_first && self.look_for_given_back(&search, quest).await?
        {
            return Ok(());
        }
        if walks && self.long_walk(&mut search, quest).await? {
            return Ok(());
        }
        let now = Instant::now();
        let took = now.duration_since(started);
        let mut vacancies = self.vacancies();
        if !quest.is_last && vacancies.are_all_promised(now) {
            vacancies.spend(now, took);
            return Ok(());
        }
        // Where it is not worth while to look again, what is promised is known already.
        let promised = match walks {
            true => vacancies.add_promised(started),
            false => vacancies.add_offered(now),
        };
        if promised > 0 {
            if walks {
                search.vain_until = Some(now + vacancies::pause(took));
            }
        } else if walks && self.walks_long(&search) {
            return Err(late(came));
        } else {
            vacancies.rest(now, took);
        }
        Ok(())
    }

    /// Walk a few windows until one has something free.
    async fn short_walk(&self, search: &mut Search, quest: Quest<'_, F>) -> Result<bool, Error> {
        let windows = Windows::of(quest.pool).count();
        let most = usize::try_from(windows).unwrap_or(usize::MAX);
        let most = most.min(MOST_WINDOWS);
        if search.looked.is_none() && self.kind == Kind::Iterative && windows > most as u128 {
            go_on_where_others_came_to(search, quest).await?;
        }
        let all = match quest.share {
            Share::ALL => windows,
            // Its own, and then everybody's.
            share => share.of(windows) + windows,
        };
        search.round.begin(all, Instant::now());
        let mut walked = 0;
        while walked < most {
            let portion = search.at_once.min(most - walked);
            if self.step(search, quest, portion).await? {
                return Ok(true);
            }
            walked += portion;
        }
        Ok(false)
    }

    /// Go on where there may well be something.
    async fn long_walk(&self, search: &mut Search, quest: Quest<'_, F>) -> Result<bool, Error> {
        let started = Instant::now();
        while self.walks_long(search) && started.elapsed() < LONGEST_WALK {
            if self.step(search, quest, search.at_once).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where the database counts windows, each is a write, and leases do not lie side by side.
    fn walks_long(&self, search: &Search) -> bool {
        self.kind != Kind::Flq && search.round.has_more(Instant::now())
    }

    /// Look at the next few windows, and remember how that went; whether they had anything.
    async fn step(
        &self,
        search: &mut Search,
        quest: Quest<'_, F>,
        portion: usize,
    ) -> Result<bool, Error> {
        let began = Instant::now();
        let found = self.look_at(search, quest, portion).await?;
        let now = Instant::now();
        let last = search.looked.replace(now);
        if found < FEW {
            search.at_once = (search.at_once * 2).min(AT_ONCE);
            search.round.found_little(portion, now - began, now);
        } else {
            // Windows of a small pool are narrow, and a crowd has used up what one gives before the next is looked at.
            let used_up = last.is_some_and(|last| began.duration_since(last) < SOON);
            search.at_once = match used_up && found < MANY {
                true => (search.at_once * 2).min(AT_ONCE),
                false => (search.at_once / 2).max(1),
            };
            search.round.found_much();
        }
        search.barren = match found {
            0 => search.barren + portion as u128,
            _ => 0,
        };
        Ok(found > 0)
    }

    /// Look at the next few windows; how many vacancies they had.
    async fn look_at(
        &self,
        search: &mut Search,
        quest: Quest<'_, F>,
        portion: usize,
    ) -> Result<usize, Error> {
        let pool = quest.pool;
        let windows = Windows::of(pool);
        let mut bounds: Vec<(u128, u128)> = Vec::with_capacity(portion);
        for number in next_windows(search, quest, windows, portion).await? {
            // One that ends a round may begin the next.
            if !bounds.contains(&windows.bounds(number)) {
                bounds.push(windows.bounds(number));
            }
        }
        let asked = Instant::now();
        let rows = try_join_all(bounds.iter().map(|bounds| rows_of(quest, *bounds))).await?;
        let mut all = Vec::new();
        for (bounds, rows) in bounds.iter().zip(rows) {
            let free = window::free(pool, *bounds, &rows);
            let size = usize::try_from(bounds.1 - bounds.0 + 1).unwrap_or(usize::MAX);
            self.vacancies().walked(free.len(), size);
            all.extend(free);
        }
        leave_out_reserved(quest, &mut all).await?;
        Ok(self.add(search, quest, (all, asked)))
    }

    async fn look_for_given_back(
        &self,
        search: &Search,
        quest: Quest<'_, F>,
    ) -> Result<bool, Error> {
        let (pool, store) = (quest.pool, quest.store);
        let wanted = GivenBack {
            subnet_id: quest.subnet.id,
            low: pool.first(),
            high: pool.last(),
            limit: GIVEN_BACK,
        };
        let asked = Instant::now();
        let mut found = store.given_back(wanted).await?;
        found.retain(|address| pool.contains(*address));
        if matches!(pool.kind, PoolKind::Prefix { .. }) && !found.is_empty() {
            // Looked at together: one by one, each would cost as much as all.
            let len = pool.lease_len();
            let mut lookup = Lookup::default();
            found.iter().for_each(|base| lookup.ask_around(*base, len));
            let around = store.lookup(lookup).await?.by_address;
            found.retain(|base| !around.iter().any(|row| row.is_in_the_way(*base, len)));
        }
        leave_out_reserved(quest, &mut found).await?;
        Ok(self.add(search, quest, (found, asked)) > 0)
    }

    /// Remember what was found, as it was when it was asked for: rising where that is the order, else so that nobody can guess it, and what
    /// other workers would rather take behind what is this one's. See [`Vacancies::add`].
    fn add(
        &self,
        search: &Search,
        quest: Quest<'_, F>,
        (mut found, asked): (Vec<F::Address>, Instant),
    ) -> usize {
        let rising = self.kind == Kind::Iterative;
        if !rising || quest.share != Share::ALL {
            found.sort_by_cached_key(|address| {
                let bits = address.to_bits();
                let place = match rising {
                    true => bits,
                    false => mix(bits as u64 ^ mix((bits >> 64) as u64 ^ search.key)).into(),
                };
                (!quest.share.has(bits), place)
            });
        }
        self.vacancies().add(found, asked)
    }
}

/// Nobody is proposed what is not for everybody: looked at one by one, such addresses would use up the looks that a
/// client has.
async fn leave_out_reserved<F: LeaseFamily>(
    quest: Quest<'_, F>,
    found: &mut Vec<F::Address>,
) -> Result<(), Error> {
    let (subnet, hosts) = (quest.subnet, quest.hosts);
    found.retain(|address| !subnet.spares(*address) && !hosts.close(subnet, *address));
    if quest.stores.is_empty() || !subnet.reservations.reserves_in_pools() || found.is_empty() {
        return Ok(());
    }
    let reserved = quest.stores.reserved(subnet.id, found).await?;
    let reserved: HashSet<IpAddr> = reserved.into_iter().collect();
    found.retain(|address| !reserved.contains(&(*address).into()));
    Ok(())
}

/// Leases of an iterative pool lie side by side. To begin a large one at its start would mean to walk past
/// all of them.
async fn go_on_where_others_came_to<F: LeaseFamily>(
    search: &mut Search,
    quest: Quest<'_, F>,
) -> Result<(), Error> {
    let pool = quest.pool;
    let windows = Windows::of(pool);
    let highest = quest.store.highest(pool.first(), pool.end()).await?;
    if let Some(address) = highest {
        let (number, _) = pool.reached_by(address, pool.lease_len());
        search.order.go_on_from(windows.holding(number));
    }
    Ok(())
}

/// For who came then and cannot be told anything yet.
fn late(came: Instant) -> Error {
    let millis = came.elapsed().as_millis();
    Error::Overloaded {
        millis: u64::try_from(millis).unwrap_or(u64::MAX),
    }
}

/// The rows that take something of a window.
async fn rows_of<F: LeaseFamily>(
    quest: Quest<'_, F>,
    bounds: (u128, u128),
) -> Result<Vec<Occupied<F>>, Error> {
    let (low, high) = window::range(quest.pool, bounds);
    if matches!(quest.pool.kind, PoolKind::Address) {
        return quest.store.occupied(low, high).await;
    }
    // A prefix that reaches into the window from before it contains its first address.
    let mut lookup = Lookup::default();
    lookup.ask_prefixes([(low, quest.pool.lease_len())]);
    let (mut rows, around) =
        try_join(quest.store.occupied(low, high), quest.store.lookup(lookup)).await?;
    let around = around.by_address.into_iter();
    rows.extend(around.filter_map(|row| Occupied::of(&row)));
    Ok(rows)
}

/// The numbers of the next few windows.
async fn next_windows<F: LeaseFamily>(
    search: &mut Search,
    quest: Quest<'_, F>,
    windows: Windows,
    portion: usize,
) -> Result<Vec<u128>, Error> {
    let barren = search.barren >= quest.share.of(windows.count());
    let order = &mut search.order;
    let own: Vec<u128> = (0..portion)
        .map_while(|_| order.next(windows, quest.share, barren))
        .collect();
    if !own.is_empty() {
        return Ok(own);
    }
    let name = name(quest.pool);
    // Bits of their own: the order is no secret to who reads the table, but not this worker's key.
    let seed = mix(search.key ^ u64::MAX).cast_signed();
    let asked = (0..portion).map(|_| quest.store.next_window(Arc::clone(&name), seed));
    let taken = try_join_all(asked).await?;
    let counted = taken.into_iter().map(|taken| order.counted(windows, taken));
    Ok(counted.collect())
}

/// What the database knows a pool by.
fn name<F: LeaseFamily>(pool: &Pool<F>) -> Arc<str> {
    let (first, last) = (pool.first(), pool.last());
    match pool.kind {
        PoolKind::Address => format!("{first}-{last}"),
        PoolKind::Prefix { delegated_len, .. } => format!("{first}-{last} by /{delegated_len}"),
    }
    .into()
}
