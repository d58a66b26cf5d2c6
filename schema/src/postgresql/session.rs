//! One connection with its prepared statements.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use super::error;
use super::lease::{Columns, read_lease, shared_columns};
use super::statements;
use crate::engine::{Answer, Session};
use crate::error::Error;
use crate::family::LeaseFamily;
use crate::lease::Lease;
use crate::ops::{Change, Changed, Claim, Decline, Found, FoundLease, Lookup, Page, Release};

/// A connection of one family.
pub(super) struct PgSession<F> {
    client: Client,
    place: Arc<str>,
    prepared: Prepared,
    family: std::marker::PhantomData<F>,
}

struct Prepared {
    lookup: Statement,
    claim: Statement,
    release_delete: Statement,
    release_keep: Statement,
    decline: Statement,
}

impl<F: LeaseFamily> PgSession<F> {
    /// Prepare the statements of the fast path; the rest is prepared where it is used.
    pub(super) async fn prepare(client: Client, place: Arc<str>) -> Result<Self, Error> {
        let texts = F::pg_texts();
        let all = [
            texts.lookup,
            texts.claim,
            texts.release_delete,
            texts.release_keep,
            texts.decline,
        ];
        let prepared = try_join_all(all.map(|text| client.prepare(text)))
            .await
            .map_err(|e| error(&place, "prepare", &e))?;
        let Ok([lookup, claim, release_delete, release_keep, decline]) =
            <[Statement; 5]>::try_from(prepared)
        else {
            return Err(Error::unavailable(
                &place,
                "fewer statements than asked for",
            ));
        };
        Ok(Self {
            client,
            place,
            prepared: Prepared {
                lookup,
                claim,
                release_delete,
                release_keep,
                decline,
            },
            family: std::marker::PhantomData,
        })
    }

    async fn query(
        &self,
        name: &'static str,
        statement: &Statement,
        columns: &Columns<'_>,
    ) -> Result<Vec<Row>, Error> {
        let parameters: Vec<&(dyn ToSql + Sync)> = columns
            .iter()
            .map(|column| &**column as &(dyn ToSql + Sync))
            .collect();
        self.client
            .query(statement, &parameters)
            .await
            .map_err(|e| error(&self.place, name, &e))
    }

    async fn query_text(
        &self,
        name: &'static str,
        text: &str,
        columns: Columns<'_>,
    ) -> Result<Vec<Row>, Error> {
        let statement = self
            .client
            .prepare(text)
            .await
            .map_err(|e| error(&self.place, name, &e))?;
        self.query(name, &statement, &columns).await
    }

    async fn simple(&self, name: &'static str, text: &str) -> Result<(), Error> {
        self.client
            .batch_execute(text)
            .await
            .map_err(|e| error(&self.place, name, &e))
    }

    async fn lookup_batch(&self, batch: &[Lookup<F>]) -> Result<Vec<Found<F>>, Error> {
        let rows = self
            .query("lookup", &self.prepared.lookup, &lookup_columns(batch))
            .await?;
        let mut found: Vec<Found<F>> = Vec::new();
        found.resize_with(batch.len(), Found::default);
        for row in &rows {
            let (question, arm): (i32, i16) = (self.get(row, 0)?, self.get(row, 1)?);
            let lease = FoundLease {
                remaining: self.get::<Option<i64>>(row, 2)?.unwrap_or(0),
                lease: read_lease(row, 3)?,
            };
            let Some(answer) = usize::try_from(question)
                .ok()
                .and_then(|n| found.get_mut(n))
            else {
                continue;
            };
            match arm {
                0 => answer.by_client.push(lease),
                1 => answer.by_hwaddr.push(lease),
                _ => answer.by_address.push(lease),
            }
        }
        Ok(found)
    }

    fn get<'r, T: tokio_postgres::types::FromSql<'r>>(
        &self,
        row: &'r Row,
        at: usize,
    ) -> Result<T, Error> {
        row.try_get(at).map_err(|e| error(&self.place, "read", &e))
    }

    /// A batch of claims alone is one statement and needs no transaction around it; anything else
    /// is pipelined between BEGIN and COMMIT, so that it costs one round trip as well.
    async fn change_batch(&self, batch: &[Change<F>]) -> Result<Vec<Changed>, Error> {
        let parts = Parts::of(batch);
        let won = if parts.only_claims() {
            self.claim(&parts.claims).await?
        } else {
            let (begin, replaced, kept, deleted, declined, won, commit) = tokio::join!(
                self.simple("begin", "BEGIN"),
                self.release(&parts.replaced, false),
                self.release(&parts.kept, true),
                self.release(&parts.deleted, false),
                self.decline(&parts.declined),
                self.claim(&parts.claims),
                self.simple("commit", "COMMIT"),
            );
            // After a failed statement the engine turned COMMIT into a rollback.
            (begin?, replaced?);
            let mut won = won?;
            won.extend(
                kept?
                    .into_iter()
                    .chain(deleted?)
                    .map(|a| (a, Changed::Released)),
            );
            won.extend(declined?.into_iter().map(|a| (a, Changed::Declined)));
            commit?;
            won
        };
        let won: std::collections::HashMap<F::Address, Changed> = won.into_iter().collect();
        Ok(batch
            .iter()
            .map(|change| match (won.get(&change.address()), change) {
                (Some(changed), _) => *changed,
                (None, Change::Claim(_)) => Changed::Taken,
                (None, _) => Changed::NotHeld,
            })
            .collect())
    }

    async fn claim(&self, claims: &[&Claim<F>]) -> Result<Vec<(F::Address, Changed)>, Error> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let leases: Vec<&Lease<F>> = claims.iter().map(|claim| &claim.lease).collect();
        let mut columns = F::pg_lease_columns(&leases);
        columns.extend(shared_columns(&leases));
        let rows = self.query("claim", &self.prepared.claim, &columns).await?;
        rows.iter()
            .map(|row| {
                let expire = self.get(row, 1)?;
                Ok((self.address(row)?, Changed::Claimed { expire }))
            })
            .collect()
    }

    async fn release(
        &self,
        holders: &[(F::Address, &F::Client)],
        keep: bool,
    ) -> Result<Vec<F::Address>, Error> {
        if holders.is_empty() {
            return Ok(Vec::new());
        }
        let statement = if keep {
            &self.prepared.release_keep
        } else {
            &self.prepared.release_delete
        };
        let rows = self
            .query("release", statement, &F::pg_holder_columns(holders))
            .await?;
        rows.iter().map(|row| self.address(row)).collect()
    }

    async fn decline(&self, declines: &[&Decline<F>]) -> Result<Vec<F::Address>, Error> {
        if declines.is_empty() {
            return Ok(Vec::new());
        }
        let holders: Vec<_> = declines.iter().map(|d| (d.address, &d.client)).collect();
        let probations: Vec<i64> = declines.iter().map(|d| i64::from(d.probation)).collect();
        let mut columns = F::pg_holder_columns(&holders);
        columns.push(Box::new(probations));
        let rows = self
            .query("decline", &self.prepared.decline, &columns)
            .await?;
        rows.iter().map(|row| self.address(row)).collect()
    }

    fn address(&self, row: &Row) -> Result<F::Address, Error> {
        F::pg_read_address(row, 0).map_err(|e| error(&self.place, "read", &e))
    }
}

/// The changes of a batch by statement.
struct Parts<'a, F: LeaseFamily> {
    claims: Vec<&'a Claim<F>>,
    replaced: Vec<(F::Address, &'a F::Client)>,
    kept: Vec<(F::Address, &'a F::Client)>,
    deleted: Vec<(F::Address, &'a F::Client)>,
    declined: Vec<&'a Decline<F>>,
}

impl<'a, F: LeaseFamily> Parts<'a, F> {
    fn of(batch: &'a [Change<F>]) -> Self {
        let mut parts = Self {
            claims: Vec::new(),
            replaced: Vec::new(),
            kept: Vec::new(),
            deleted: Vec::new(),
            declined: Vec::new(),
        };
        for change in batch {
            match change {
                Change::Claim(claim) => {
                    parts.claims.push(claim);
                    let old = claim.replaces.map(|old| (old, &claim.lease.client));
                    parts.replaced.extend(old);
                }
                Change::Release(Release {
                    address,
                    client,
                    keep,
                }) => {
                    let list = if *keep {
                        &mut parts.kept
                    } else {
                        &mut parts.deleted
                    };
                    list.push((*address, client));
                }
                Change::Decline(decline) => parts.declined.push(decline),
            }
        }
        parts
    }

    fn only_claims(&self) -> bool {
        self.replaced.is_empty()
            && self.kept.is_empty()
            && self.deleted.is_empty()
            && self.declined.is_empty()
    }
}

fn lookup_columns<F: LeaseFamily>(batch: &[Lookup<F>]) -> Columns<'_> {
    let (mut client_of, mut clients) = (Vec::<i32>::new(), Vec::<&[u8]>::new());
    let (mut hwaddr_of, mut hwaddrs) = (Vec::<i32>::new(), Vec::<&[u8]>::new());
    let (mut address_of, mut addresses) = (Vec::<i32>::new(), Vec::<F::Address>::new());
    for (number, lookup) in (0..).zip(batch) {
        for client in &lookup.clients {
            client_of.push(number);
            clients.push(client);
        }
        if let Some(hwaddr) = &lookup.hwaddr {
            hwaddr_of.push(number);
            hwaddrs.push(hwaddr);
        }
        for address in &lookup.addresses {
            address_of.push(number);
            addresses.push(*address);
        }
    }
    vec![
        Box::new(client_of),
        Box::new(clients),
        Box::new(hwaddr_of),
        Box::new(hwaddrs),
        Box::new(address_of),
        F::pg_addresses(&addresses),
    ]
}

impl<F: LeaseFamily> Session<F> for PgSession<F> {
    fn lookup<'a>(&'a mut self, batch: &'a [Lookup<F>]) -> Answer<'a, Vec<Found<F>>> {
        self.lookup_batch(batch).boxed()
    }

    fn change<'a>(&'a mut self, batch: &'a [Change<F>]) -> Answer<'a, Vec<Changed>> {
        self.change_batch(batch).boxed()
    }

    fn reclaim(&mut self, limit: u32, remove: bool) -> Answer<'_, Vec<Lease<F>>> {
        async move {
            let texts = F::pg_texts();
            let text = if remove {
                texts.reclaim_delete
            } else {
                texts.reclaim_keep
            };
            let limit: Columns<'_> = vec![Box::new(i64::from(limit))];
            let rows = self.query_text("reclaim", text, limit).await?;
            rows.iter().map(|row| read_lease(row, 0)).collect()
        }
        .boxed()
    }

    fn flush(&mut self, hold: u32, limit: u32) -> Answer<'_, u64> {
        async move {
            let (hold, limit) = (i64::from(hold), i64::from(limit));
            self.client
                .execute(F::pg_texts().flush, &[&hold, &limit])
                .await
                .map_err(|e| error(&self.place, "flush", &e))
        }
        .boxed()
    }

    fn page<'a>(&'a mut self, page: &'a Page<F>) -> Answer<'a, Vec<Lease<F>>> {
        async move {
            let columns: Columns<'_> =
                vec![F::pg_address(page.from), Box::new(i64::from(page.limit))];
            let rows = self.query_text("page", F::pg_texts().page, columns).await?;
            rows.iter().map(|row| read_lease(row, 0)).collect()
        }
        .boxed()
    }

    fn begin_snapshot(&mut self) -> Answer<'_, ()> {
        let text = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        self.simple("snapshot", text).boxed()
    }

    fn count(&mut self) -> Answer<'_, Vec<(u32, i64, u64)>> {
        async move {
            let rows = self
                .query_text("count", F::pg_texts().count, Vec::new())
                .await?;
            rows.iter()
                .map(|row| {
                    let (subnet, count): (i64, i64) = (self.get(row, 0)?, self.get(row, 2)?);
                    Ok((subnet as u32, self.get(row, 1)?, count.unsigned_abs()))
                })
                .collect()
        }
        .boxed()
    }

    fn begin_upload(&mut self) -> Answer<'_, ()> {
        self.simple("begin", "BEGIN").boxed()
    }

    fn upload<'a>(&'a mut self, rows: &'a [Lease<F>]) -> Answer<'a, ()> {
        async move {
            let leases: Vec<&Lease<F>> = rows.iter().collect();
            let mut columns = F::pg_lease_columns(&leases);
            columns.extend(shared_columns(&leases));
            let expires: Vec<i64> = rows.iter().map(|lease| lease.expire).collect();
            let states: Vec<i64> = rows.iter().map(|lease| lease.state as i64).collect();
            columns.push(Box::new(expires));
            columns.push(Box::new(states));
            self.query_text("upload", F::pg_texts().upload, columns)
                .await
                .map(|_| ())
        }
        .boxed()
    }

    fn commit_upload(&mut self) -> Answer<'_, ()> {
        self.simple("commit", "COMMIT").boxed()
    }

    fn server_duid<'a>(&'a mut self, candidate: &'a [u8], replace: bool) -> Answer<'a, Vec<u8>> {
        async move {
            let text = if replace {
                statements::SERVER_DUID_REPLACE
            } else {
                statements::SERVER_DUID_KEEP
            };
            let rows = self
                .query_text("server DUID", text, vec![Box::new(candidate)])
                .await?;
            match rows.first() {
                Some(row) => self.get(row, 0),
                None => Err(Error::unavailable(&self.place, "no DUID came back")),
            }
        }
        .boxed()
    }
}
