//! Which address or prefix a client is given, written once for both families and both kinds.
//!
//! The order: the lease it has, the one it asks for, then what the pool's allocator proposes. Nothing is
//! enumerated, and what is remembered is a cache of what the database said a moment ago; a proposal is only
//! that, and the claim statement decides about it.
//!
//! The allocators differ in where proposals come from. `iterative` walks the pools in rising order, window
//! by window. `random` draws single addresses from a permutation that differs per client as long as
//! most are free, and walks windows in an order of its own where they are not. `flq` takes windows that
//! the database counts out to all workers, and once the pool has gone round, what was given back. In a
//! fleet each worker has windows of its own, so that two rarely propose the same.
//!
//! A prefix is looked for together with everything that overlaps it: rows of another length may
//! stand from before the pool's delegated length was changed, or come from workers that are
//! configured otherwise.

mod candidates;
mod own;
mod permutation;
mod place;
mod round;
mod vacancies;
mod window;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use murre_config::{Allocator as Kind, Hosts, OptionSet, Pool, PoolKind, Subnet};
use murre_schema::{Error, Found, FoundLease, LeaseFamily, Lookup, Store};
use murre_wire::Address;
use smallvec::{SmallVec, smallvec};

use crate::exchange::HostStores;
use candidates::Candidates;
use own::is_free_for;
pub(crate) use own::{current, holds, in_conflict, remaining, replaced, reserved};
pub(crate) use permutation::Permutation;
use place::{Place, Quest};
use vacancies::Vacancy;
pub(crate) use window::Share;

/// Candidates that ride along with the first lookup of a client, where most of its pools is free.
const FIRST_LOOK: usize = 2;
/// Candidates in a second look, should those be taken.
const SECOND_LOOK: usize = 16;
/// Vacancies that are looked at together, when they were seen too long ago to be proposed at once.
const LOOK_AGAIN: usize = 4;
/// How often vacancies are looked at before a pool counts as exhausted.
const LOOKS: usize = 8;
/// Single addresses are drawn from pools of this size only: of smaller ones, clients that come at the same
/// moment would draw the same.
const LARGE: u128 = 1 << 16;

/// Who may be given what: one client (and IA) in one subnet, or those of one shared network.
#[derive(Debug)]
pub(crate) struct Wish<'a, F: LeaseFamily> {
    /// The subnet that was selected.
    pub(crate) subnet: &'a Subnet<F>,
    /// The others of its shared network: what the client has there is as good.
    pub(crate) siblings: SmallVec<[&'a Subnet<F>; 2]>,
    /// Pools of the kind wanted that the client may use, subnet by subnet.
    pub(crate) pools: SmallVec<[Source<'a, F>; 2]>,
    /// The client.
    pub(crate) client: F::Client,
    /// What it asks for.
    pub(crate) hint: Option<F::Address>,
    /// What is reserved for it.
    pub(crate) reserved: Option<Chosen<'a, F>>,
    /// What the file reserves for others.
    pub(crate) hosts: &'a Hosts<F>,
    /// What databases do.
    pub(crate) stores: &'a HostStores,
}

/// A pool of a subnet.
#[derive(Debug)]
pub(crate) struct Source<'a, F: LeaseFamily> {
    /// The subnet.
    pub(crate) subnet: &'a Subnet<F>,
    /// The pool.
    pub(crate) pool: &'a Pool<F>,
}

/// What was chosen.
#[derive(Debug)]
pub(crate) struct Chosen<'a, F: LeaseFamily> {
    /// The address, or base of the prefix.
    pub(crate) address: F::Address,
    /// The subnet it is of.
    pub(crate) subnet: &'a Subnet<F>,
    /// The pool it lies in; what is reserved may lie in none.
    pub(crate) pool: Option<&'a Pool<F>>,
}

// By hand, as the references can be copied whatever the family.
impl<F: LeaseFamily> Copy for Source<'_, F> {}

impl<F: LeaseFamily> Clone for Source<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: LeaseFamily> Copy for Chosen<'_, F> {}

impl<F: LeaseFamily> Clone for Chosen<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, F: LeaseFamily> Source<'a, F> {
    /// One of its leases.
    pub(crate) fn choose(self, address: F::Address) -> Chosen<'a, F> {
        Chosen {
            address,
            subnet: self.subnet,
            pool: Some(self.pool),
        }
    }
}

impl<'a, F: LeaseFamily> Chosen<'a, F> {
    /// Bits that are given.
    pub(crate) fn len(&self) -> u8 {
        self.pool.map_or(F::Address::BITS, Pool::lease_len)
    }

    /// What groups it in statistics.
    pub(crate) fn pool_id(&self) -> u32 {
        self.pool.map_or(0, |pool| pool.pool_id)
    }

    /// Options of the pool and what is around it.
    pub(crate) fn options(&self) -> &'a OptionSet {
        self.pool.map_or(&self.subnet.options, |pool| &pool.options)
    }

    fn is_prefix(&self) -> bool {
        self.pool
            .is_some_and(|pool| matches!(pool.kind, PoolKind::Prefix { .. }))
    }
}

/// What the first lookup of an exchange is about beside the client itself.
#[derive(Debug)]
pub(crate) struct Asked<'a, F: LeaseFamily> {
    first: SmallVec<[Chosen<'a, F>; 2]>,
    origin: Origin<'a, F>,
    /// It was seen free too long ago to be proposed without a look.
    unsure: bool,
}

/// Where proposals come from.
#[derive(Debug)]
enum Origin<'a, F: LeaseFamily> {
    /// Single addresses, and the candidates after them.
    Candidates(Candidates<'a, F>),
    /// What the pool had free.
    Vacancy(Vacancy<F>),
    /// What the client was offered lately, or nothing.
    Memory,
}

/// A pool of a subnet under one allocator: a reload that changes any of it begins anew.
#[derive(Debug, PartialEq, Eq, Hash)]
struct PlaceKey<F: LeaseFamily> {
    subnet_id: u32,
    first: F::Address,
    last: F::Address,
    len: u8,
    kind: u8,
}

/// Makes choices for a worker; see the module's text for what it remembers.
#[derive(Debug)]
pub(crate) struct Allocator<F: LeaseFamily> {
    key: RandomState,
    places: Mutex<HashMap<PlaceKey<F>, Arc<Place<F>>>>,
    /// Databases may reserve what is given back.
    doubts_freed: AtomicBool,
}

impl<F: LeaseFamily> Default for Allocator<F> {
    fn default() -> Self {
        Self {
            key: RandomState::default(),
            places: Mutex::default(),
            doubts_freed: AtomicBool::new(false),
        }
    }
}

impl<F: LeaseFamily> Allocator<F> {
    /// Whether there are databases with reservations.
    pub(crate) fn heed_stores(&self, are_there: bool) {
        self.doubts_freed.store(are_there, Relaxed);
    }

    /// Forget the pools of a configuration that is no longer in force.
    pub(crate) fn forget(&self) {
        self.places().clear();
    }

    /// Add to a lookup what [`Allocator::choose`] wants to know: the hint and what is proposed first.
    pub(crate) fn ask<'a>(
        &self,
        share: Share,
        wish: &Wish<'a, F>,
        lookup: &mut Lookup<F>,
    ) -> Asked<'a, F> {
        let (first, origin) = self.first(wish);
        let unsure = match &origin {
            Origin::Vacancy(vacancy) => !vacancy.is_fresh(Instant::now(), share),
            _ => true,
        };
        let looked_at = first.iter().filter(|_| unsure);
        let named = wish.hint_in_pool().into_iter().chain(wish.reserved);
        let named: SmallVec<[Chosen<'_, F>; 2]> = named.collect();
        ask_for(lookup, named.iter().chain(looked_at));
        Asked {
            first,
            origin,
            unsure,
        }
    }

    /// What is proposed first, if anything is at hand.
    fn first<'a>(&self, wish: &Wish<'a, F>) -> (SmallVec<[Chosen<'a, F>; 2]>, Origin<'a, F>) {
        let client = self.key.hash_one(&wish.client);
        if self.is_roomy(wish) {
            let mut candidates = Candidates::new(wish.foremost(), client);
            let first = candidates.by_ref().take(FIRST_LOOK).collect();
            return (first, Origin::Candidates(candidates));
        }
        let places = self.places_of(&wish.pools);
        for (source, place) in wish.pools.iter().zip(&places) {
            let again = place.vacancies().again(client, Instant::now());
            if let Some(address) = again {
                return (smallvec![source.choose(address)], Origin::Memory);
            }
        }
        for (source, place) in wish.pools.iter().zip(&places) {
            let mut vacancies = place.vacancies();
            if let Some(vacancy) = vacancies.take(client, Instant::now()) {
                let first = smallvec![source.choose(vacancy.address)];
                return (first, Origin::Vacancy(vacancy));
            }
            // A pool that may have some goes before the next one, but has to be searched first.
            let now = Instant::now();
            if !vacancies.is_resting(now) && !vacancies.is_spent(now) {
                break;
            }
        }
        (SmallVec::new(), Origin::Memory)
    }

    /// Choose for a wish, given the answer to the lookup that [`Allocator::ask`] extended.
    /// `None` when the pools are exhausted as far as the looks reach. `share` says which of how many
    /// workers this one is, so that they rarely propose the same.
    ///
    /// # Errors
    /// The database could not be asked.
    pub(crate) async fn choose<'a>(
        &self,
        (store, share): (&Store<F>, Share),
        wish: &Wish<'a, F>,
        (found, asked): (&Found<F>, Asked<'a, F>),
        avoid: &[F::Address],
    ) -> Result<Option<Chosen<'a, F>>, Error> {
        if let Some(chosen) = reserved(wish, found) {
            self.put_back(asked);
            return Ok(Some(chosen));
        }
        if let Some(chosen) = self.keep(store, wish, found, avoid).await? {
            self.put_back(asked);
            if !holds(wish, found, &chosen) {
                self.offered(wish, &chosen);
            }
            return Ok(Some(chosen));
        }
        let usable = |chosen: &Chosen<'a, F>, rows: &[FoundLease<F>]| {
            !avoid.contains(&chosen.address) && is_free_for(wish, chosen, rows)
        };
        if let Some(chosen) = wish.hint_in_pool().filter(|c| usable(c, &found.by_address))
            && !self.is_promised(wish, &chosen)
            && !wish.is_stored_for_another(&chosen).await?
        {
            self.put_back(asked);
            self.offered(wish, &chosen);
            return Ok(Some(chosen));
        }
        if let Some(chosen) = own::successor(wish, found)
            && usable(&chosen, &look(store, &[chosen]).await?)
        {
            self.put_back(asked);
            return Ok(Some(chosen));
        }
        let usable = |chosen: &Chosen<'a, F>, rows: &[FoundLease<F>]| {
            usable(chosen, rows) && !chosen.subnet.spares(chosen.address)
        };
        let mut chosen = asked.first.iter().copied();
        let mut chosen = chosen.find(|c| usable(c, &found.by_address));
        // What was seen free a while ago may have been reserved for another since, and so may what lies beside it.
        if let Some(first) = chosen.filter(|_| asked.unsure)
            && wish.is_stored_for_another(&first).await?
        {
            self.forget_vacancies(&first);
            chosen = None;
        }
        if let Origin::Candidates(candidates) = asked.origin {
            self.probed(&asked.first, chosen);
            if chosen.is_none() {
                let second: Vec<_> = candidates.take(SECOND_LOOK).collect();
                let rows = look(store, &second).await?;
                chosen = second.iter().copied().find(|c| usable(c, &rows));
                self.probed(&second, chosen);
            }
            if chosen.is_some() {
                return Ok(chosen);
            }
        }
        if chosen.is_none() {
            chosen = self.search((store, share), wish, avoid).await?;
        }
        chosen.iter().for_each(|c| self.offered(wish, c));
        Ok(chosen)
    }

    /// Whether somebody else was offered it lately.
    fn is_promised(&self, wish: &Wish<'_, F>, chosen: &Chosen<'_, F>) -> bool {
        let client = self.key.hash_one(&wish.client);
        let place = self.place_of(chosen);
        place.is_some_and(|place| {
            let mut vacancies = place.vacancies();
            vacancies.is_promised(chosen.address, client, Instant::now())
        })
    }

    /// Remember whom a vacancy was proposed to.
    fn offered(&self, wish: &Wish<'_, F>, chosen: &Chosen<'_, F>) {
        let client = self.key.hash_one(&wish.client);
        if let Some(place) = self.place_of(chosen) {
            let mut vacancies = place.vacancies();
            vacancies.offer(chosen.address, client, Instant::now());
        }
    }

    /// The client's own lease, if it can keep it.
    async fn keep<'a>(
        &self,
        store: &Store<F>,
        wish: &Wish<'a, F>,
        found: &Found<F>,
        avoid: &[F::Address],
    ) -> Result<Option<Chosen<'a, F>>, Error> {
        let Some(chosen) = current(wish, found) else {
            return Ok(None);
        };
        if wish.is_stored_for_another(&chosen).await? {
            return Ok(None);
        }
        if holds(wish, found, &chosen) {
            return Ok(Some(chosen));
        }
        // It ended, and is anybody's.
        if self.is_promised(wish, &chosen) {
            return Ok(None);
        }
        // What overlaps a prefix may have been given away since.
        if !chosen.is_prefix() {
            return Ok(Some(chosen));
        }
        let rows = look(store, &[chosen]).await?;
        let usable = !avoid.contains(&chosen.address) && is_free_for(wish, &chosen, &rows);
        Ok(usable.then_some(chosen))
    }

    /// Look through the pools, one after the other; what is promised to others is proposed where none has anything
    /// else.
    async fn search<'a>(
        &self,
        source: (&Store<F>, Share),
        wish: &Wish<'a, F>,
        avoid: &[F::Address],
    ) -> Result<Option<Chosen<'a, F>>, Error> {
        // What could not be looked through in time may have something, but so may the next one.
        let mut late = None;
        let rounds: &[bool] = match wish.pools.len() {
            0 | 1 => &[true],
            _ => &[false, true],
        };
        for is_last in rounds {
            for pool in &wish.pools {
                let searched = self.search_pool(source, wish, (*pool, *is_last), avoid);
                match searched.await {
                    Ok(None) => {}
                    Err(error @ Error::Overloaded { .. }) => late = Some(error),
                    done => return done,
                }
            }
        }
        late.map_or(Ok(None), Err)
    }

    async fn search_pool<'a>(
        &self,
        (store, share): (&Store<F>, Share),
        wish: &Wish<'a, F>,
        (source, is_last): (Source<'a, F>, bool),
        avoid: &[F::Address],
    ) -> Result<Option<Chosen<'a, F>>, Error> {
        let place = self.place(source.subnet, source.pool);
        let quest = Quest {
            store,
            subnet: source.subnet,
            hosts: wish.hosts,
            stores: wish.stores,
            pool: source.pool,
            share,
            is_last,
        };
        for _ in 0..LOOKS {
            place.fill(quest).await?;
            let taken = take(&place, share, self.key.hash_one(&wish.client));
            if taken.is_empty() {
                return Ok(None);
            }
            let now = Instant::now();
            let sure = taken.iter().all(|vacancy| vacancy.is_fresh(now, share));
            let chosen: Vec<_> = taken
                .iter()
                .map(|vacancy| source.choose(vacancy.address))
                .collect();
            let rows = match sure {
                true => Vec::new(),
                false => look(store, &chosen).await?,
            };
            if !sure && wish.are_some_stored(source.subnet, &chosen).await? {
                place.vacancies().forget();
                continue;
            }
            let usable = |chosen: &Chosen<'a, F>| {
                !avoid.contains(&chosen.address) && is_free_for(wish, chosen, &rows)
            };
            if let Some(at) = chosen.iter().position(usable) {
                let mut vacancies = place.vacancies();
                let rest = taken.into_iter().skip(at + 1).rev();
                rest.for_each(|vacancy| vacancies.put_back(vacancy));
                return Ok(chosen.get(at).copied());
            }
        }
        Ok(None)
    }

    /// A client was granted what it named, and nobody else is to be proposed that.
    pub(crate) fn granted(&self, wish: &Wish<'_, F>, chosen: &Chosen<'_, F>) {
        let client = self.key.hash_one(&wish.client);
        if let Some(place) = self.place_of(chosen) {
            let mut vacancies = place.vacancies();
            vacancies.granted(chosen.address, client, Instant::now());
        }
    }

    /// A lease of the client ended as it was granted another.
    pub(crate) fn ended(&self, wish: &Wish<'_, F>, row: &FoundLease<F>) {
        let (id, address) = (row.lease.subnet_id, row.lease.address);
        let mut all = std::iter::once(wish.subnet).chain(wish.siblings.iter().copied());
        if let Some(subnet) = all.find(|subnet| subnet.id == id) {
            self.freed(subnet, address, true);
        }
    }

    /// A lease ended: there may be room again, and where its row is gone the next client may have it.
    pub(crate) fn freed(&self, subnet: &Subnet<F>, address: F::Address, gone: bool) {
        for pool in subnet.pools.iter().chain(&subnet.pd_pools) {
            let key = PlaceKey::of(subnet, pool);
            if pool.contains(address)
                && let Some(place) = self.places().get(&key)
            {
                let in_doubt = self.doubts_freed.load(Relaxed);
                place.vacancies().freed(address, gone, in_doubt);
            }
        }
    }

    /// Whether single looks are likely to hit something free. What databases reserve is left out of windows as a
    /// whole, which costs less than to look at each address.
    fn is_roomy(&self, wish: &Wish<'_, F>) -> bool {
        let Some(first) = wish.pools.first() else {
            return false;
        };
        if wish.heeds_stores(first.subnet) {
            return false;
        }
        let is_crowded = |source: &Source<'_, F>| {
            let place = self.place(source.subnet, source.pool);
            place.vacancies().is_crowded()
        };
        kind_of(first.subnet, first.pool) == Kind::Random
            && candidates::total(wish.foremost()) >= LARGE
            && !wish.foremost().iter().any(is_crowded)
    }

    /// What is remembered beside this one was seen free at the same time.
    fn forget_vacancies(&self, chosen: &Chosen<'_, F>) {
        if let Some(place) = self.place_of(chosen) {
            place.vacancies().forget();
        }
    }

    /// Remember how single looks went, up to the first that hit.
    fn probed(&self, all: &[Chosen<'_, F>], hit: Option<Chosen<'_, F>>) {
        for chosen in all {
            let is_hit = hit.is_some_and(|hit| hit.address == chosen.address);
            if let Some(place) = self.place_of(chosen) {
                place.vacancies().probed(is_hit);
            }
            if is_hit {
                break;
            }
        }
    }

    /// What was taken for the first look is not needed.
    fn put_back(&self, asked: Asked<'_, F>) {
        if let (Origin::Vacancy(vacancy), Some(chosen)) = (asked.origin, asked.first.first())
            && let Some(place) = self.place_of(chosen)
        {
            place.vacancies().put_back(vacancy);
        }
    }

    /// The place of what was chosen from a pool.
    fn place_of(&self, chosen: &Chosen<'_, F>) -> Option<Arc<Place<F>>> {
        Some(self.place(chosen.subnet, chosen.pool?))
    }

    fn place(&self, subnet: &Subnet<F>, pool: &Pool<F>) -> Arc<Place<F>> {
        self.place_in(&mut self.places(), subnet, pool)
    }

    /// The places of all pools of a wish, which may be hundreds, at once.
    fn places_of(&self, pools: &[Source<'_, F>]) -> SmallVec<[Arc<Place<F>>; 2]> {
        let mut places = self.places();
        let pools = pools.iter();
        pools
            .map(|source| self.place_in(&mut places, source.subnet, source.pool))
            .collect()
    }

    fn place_in(
        &self,
        places: &mut HashMap<PlaceKey<F>, Arc<Place<F>>>,
        subnet: &Subnet<F>,
        pool: &Pool<F>,
    ) -> Arc<Place<F>> {
        let key = PlaceKey::of(subnet, pool);
        if let Some(place) = places.get(&key) {
            return Arc::clone(place);
        }
        let kind = kind_of(subnet, pool);
        let place = Arc::new(Place::new(kind, self.key.hash_one(&key)));
        places.insert(key, Arc::clone(&place));
        place
    }

    fn places(&self) -> std::sync::MutexGuard<'_, HashMap<PlaceKey<F>, Arc<Place<F>>>> {
        // A panic while holding the lock leaves a cache that is still a cache.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: LeaseFamily> PlaceKey<F> {
    fn of(subnet: &Subnet<F>, pool: &Pool<F>) -> Self {
        Self {
            subnet_id: subnet.id,
            first: pool.first(),
            last: pool.last(),
            len: pool.lease_len(),
            kind: kind_of(subnet, pool) as u8,
        }
    }
}

/// The allocator of a pool.
fn kind_of<F: LeaseFamily>(subnet: &Subnet<F>, pool: &Pool<F>) -> Kind {
    match pool.kind {
        PoolKind::Address => subnet.allocator,
        PoolKind::Prefix { .. } => subnet.pd_allocator,
    }
}

/// One vacancy that needs no other look, or a few that do.
fn take<F: LeaseFamily>(
    place: &Place<F>,
    share: Share,
    client: u64,
) -> SmallVec<[Vacancy<F>; LOOK_AGAIN]> {
    let mut vacancies = place.vacancies();
    let now = Instant::now();
    let mut taken = SmallVec::new();
    while taken.len() < LOOK_AGAIN
        && let Some(vacancy) = vacancies.take(client, now)
    {
        let sure = vacancy.is_fresh(now, share);
        taken.push(vacancy);
        if sure {
            break;
        }
    }
    taken
}

/// Everything that may be in the way of some candidates.
async fn look<F: LeaseFamily>(
    store: &Store<F>,
    candidates: &[Chosen<'_, F>],
) -> Result<Vec<FoundLease<F>>, Error> {
    let mut lookup = Lookup::default();
    ask_for(&mut lookup, candidates);
    Ok(store.lookup(lookup).await?.by_address)
}

fn ask_for<'c, 'a: 'c, F: LeaseFamily>(
    lookup: &mut Lookup<F>,
    candidates: impl IntoIterator<Item = &'c Chosen<'a, F>>,
) {
    let (prefixes, addresses): (Vec<&Chosen<'_, F>>, Vec<_>) = candidates
        .into_iter()
        .partition(|chosen| chosen.is_prefix());
    lookup.ask_prefixes(prefixes.iter().map(|c| (c.address, c.len())));
    lookup.addresses.extend(addresses.iter().map(|c| c.address));
}

impl<'a, F: LeaseFamily> Wish<'a, F> {
    /// What the client asks for, if a pool has it, or if it is reserved for it.
    pub(crate) fn hint_in_pool(&self) -> Option<Chosen<'a, F>> {
        self.may_have(self.hint?)
    }

    /// An address that the client may have, as far as the configuration goes.
    fn may_have(&self, address: F::Address) -> Option<Chosen<'a, F>> {
        let reserved = self.reserved.filter(|chosen| chosen.address == address);
        let chosen = reserved.or_else(|| self.in_pool(address))?;
        self.is_open(&chosen).then_some(chosen)
    }

    /// Whether what was chosen is not reserved for somebody else.
    fn is_open(&self, chosen: &Chosen<'_, F>) -> bool {
        let own = self.reserved;
        own.is_some_and(|own| own.address == chosen.address)
            || !self.hosts.close(chosen.subnet, chosen.address)
    }

    /// Whether databases may reserve something that lies in pools of a subnet.
    fn heeds_stores(&self, subnet: &Subnet<F>) -> bool {
        !self.stores.is_empty() && subnet.reservations.reserves_in_pools()
    }

    /// Whether what was chosen must not be granted where a database reserves it: it is not this client's own.
    pub(crate) fn heeds_hosts(&self, chosen: &Chosen<'_, F>) -> bool {
        let own = self.reserved;
        self.heeds_stores(chosen.subnet) && own.is_none_or(|own| own.address != chosen.address)
    }

    /// Whether a database reserves for another what the client has or asks for. Of what comes from windows that is
    /// known, and a claim finds out by itself.
    pub(crate) async fn is_stored_for_another(
        &self,
        chosen: &Chosen<'_, F>,
    ) -> Result<bool, Error> {
        if !self.heeds_hosts(chosen) {
            return Ok(false);
        }
        let (subnet_id, address) = (chosen.subnet.id, chosen.address);
        let reserved = self.stores.reserved(subnet_id, &[address]).await?;
        Ok(!reserved.is_empty())
    }

    /// Whether databases reserve any of these, which lie in one subnet.
    async fn are_some_stored(
        &self,
        subnet: &Subnet<F>,
        all: &[Chosen<'_, F>],
    ) -> Result<bool, Error> {
        if !self.heeds_stores(subnet) {
            return Ok(false);
        }
        let addresses: Vec<_> = all.iter().map(|chosen| chosen.address).collect();
        let reserved = self.stores.reserved(subnet.id, &addresses).await?;
        Ok(!reserved.is_empty())
    }

    /// An address, if it lies in a pool.
    fn in_pool(&self, address: F::Address) -> Option<Chosen<'a, F>> {
        let mut all = self.pools.iter();
        let source = all.find(|source| source.pool.contains(address))?;
        Some(source.choose(address))
    }

    /// The pools of the first subnet that has some: those of the next ones come once these are full.
    fn foremost(&self) -> &[Source<'a, F>] {
        let first = self.pools.first().map(|source| source.subnet.id);
        let others = self.pools.iter();
        let count = others.take_while(|source| Some(source.subnet.id) == first);
        self.pools.get(..count.count()).unwrap_or_default()
    }

    /// Whether a lease of this subnet is one of the client's own here.
    pub(crate) fn is_of(&self, subnet_id: u32) -> bool {
        self.subnet.id == subnet_id || self.siblings.iter().any(|other| other.id == subnet_id)
    }
}
