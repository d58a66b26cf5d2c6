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
mod offers;
mod own;
mod permutation;
mod place;
mod pools;
mod round;
mod search;
mod vacancies;
mod window;
mod wish;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use murre_config::{Allocator as Kind, Pool, PoolKind, Subnet};
use murre_schema::{Error, Found, FoundLease, LeaseFamily, Lookup, Store};
use smallvec::{SmallVec, smallvec};

use candidates::Candidates;
use offers::{Offers, Who};
use own::is_free_for;
pub(crate) use own::{current, holds, in_conflict, remaining, replaced, reserved};
pub(crate) use permutation::Permutation;
use place::Place;
pub(crate) use pools::{Pools, Source};
use vacancies::Vacancy;
pub(crate) use window::Share;
pub(crate) use wish::{Chosen, Wish};

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
    offers: Mutex<Offers<F>>,
    /// Databases may reserve what is given back.
    doubts_freed: AtomicBool,
}

impl<F: LeaseFamily> Default for Allocator<F> {
    fn default() -> Self {
        Self {
            key: RandomState::default(),
            places: Mutex::default(),
            offers: Mutex::default(),
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
        self.offers().clear();
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
            let mut candidates = Candidates::new(wish.pools.foremost(), client);
            let first = candidates.by_ref().take(FIRST_LOOK).collect();
            return (first, Origin::Candidates(candidates));
        }
        let now = Instant::now();
        let again = self.offers().again(self.who(wish), now);
        if let Some(chosen) = again.and_then(|address| wish.in_pool(address)) {
            return (smallvec![chosen], Origin::Memory);
        }
        for source in wish.pools.iter() {
            let place = self.place(source.subnet, source.pool);
            let mut vacancies = place.vacancies();
            if let Some(vacancy) = vacancies.take(client, now) {
                let first = smallvec![source.choose(vacancy.address)];
                return (first, Origin::Vacancy(vacancy));
            }
            // A pool that may have some goes before the next one, but has to be searched first.
            if !vacancies.is_left_alone(now, false) {
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
        let chosen = self
            .pick((store, share), wish, (found, asked), avoid)
            .await?;
        if let Some(chosen) = &chosen
            && !holds(wish, found, chosen)
        {
            let alone = replaced(wish, found, chosen).is_none();
            let who = self.who(wish);
            self.offers()
                .add(who, chosen.address, alone, Instant::now());
        }
        Ok(chosen)
    }

    async fn pick<'a>(
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
                self.promise(wish, &chosen);
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
            self.promise(wish, &chosen);
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
        chosen.iter().for_each(|c| self.promise(wish, c));
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

    /// Whether a client names what this worker offered it a moment ago, when it held nothing else that would have to
    /// end for it. Where other workers grant leases too, that says nothing.
    pub(crate) fn takes_offer(
        &self,
        share: Share,
        wish: &Wish<'_, F>,
        chosen: &Chosen<'_, F>,
    ) -> bool {
        let who = self.who(wish);
        share == Share::ALL && self.offers().stands(who, chosen.address, Instant::now())
    }

    fn who(&self, wish: &Wish<'_, F>) -> Who {
        Who {
            client: self.key.hash_one(&wish.client),
            kin: self.key.hash_one(F::kin(&wish.client)),
        }
    }

    /// Remember whom a vacancy is proposed to.
    fn promise(&self, wish: &Wish<'_, F>, chosen: &Chosen<'_, F>) {
        let client = self.key.hash_one(&wish.client);
        if let Some(place) = self.place_of(chosen) {
            let mut vacancies = place.vacancies();
            vacancies.promise(chosen.address, client, Instant::now());
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

    /// A client was granted what it named, and nobody else is to be proposed that.
    pub(crate) fn granted(&self, wish: &Wish<'_, F>, chosen: &Chosen<'_, F>) {
        self.offers().granted(self.who(wish));
        let client = self.key.hash_one(&wish.client);
        if let Some(place) = self.place_of(chosen) {
            let mut vacancies = place.vacancies();
            vacancies.granted(chosen.address, client, Instant::now());
        }
    }

    /// A lease of the client ended as it was granted another.
    pub(crate) fn ended(&self, wish: &Wish<'_, F>, row: &FoundLease<F>) {
        let (id, address) = (row.lease.subnet_id, row.lease.address);
        if let Some(subnet) = wish.pools.subnets().find(|subnet| subnet.id == id) {
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
        let Some(first) = wish.pools.iter().next() else {
            return false;
        };
        if wish.heeds_stores(first.subnet) {
            return false;
        }
        let is_crowded = |source: Source<'_, F>| {
            let place = self.place(source.subnet, source.pool);
            place.vacancies().is_crowded()
        };
        kind_of(first.subnet, first.pool) == Kind::Random
            && candidates::total(wish.pools.foremost()) >= LARGE
            && !wish.pools.foremost().any(is_crowded)
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
        let mut places = self.places();
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

    fn offers(&self) -> std::sync::MutexGuard<'_, Offers<F>> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
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
