//! The search through the pools of a wish, for who finds nothing at hand.

use std::hash::BuildHasher;
use std::time::Instant;

use murre_schema::{Error, LeaseFamily, Store};
use smallvec::SmallVec;

use super::own::is_free_for;
use super::place::{Place, Quest};
use super::vacancies::Vacancy;
use super::{Allocator, Chosen, LOOK_AGAIN, LOOKS, Share, Source, Wish, look};

impl<F: LeaseFamily> Allocator<F> {
    /// Look through the pools, one after the other; what is promised to others is proposed where none has anything
    /// else.
    pub(super) async fn search<'a>(
        &self,
        source: (&Store<F>, Share),
        wish: &Wish<'a, F>,
        avoid: &[F::Address],
    ) -> Result<Option<Chosen<'a, F>>, Error> {
        // What could not be looked through in time may have something, but so may the next one.
        let mut late = None;
        let rounds: &[bool] = match wish.pools.iter().nth(1) {
            None => &[true],
            Some(_) => &[false, true],
        };
        for is_last in rounds {
            for pool in wish.pools.iter() {
                let searched = self.search_pool(source, wish, (pool, *is_last), avoid);
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
        // Of the pools of a network most may be like that, and need not be waited for.
        if place.has_nothing(Instant::now(), is_last) {
            return Ok(None);
        }
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
