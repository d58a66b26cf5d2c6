//! Changes of names on every engine: a row exactly where its lease changed, in the order of the commits, and sent by
//! one at a time.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::net::IpAddr;

use common::on_every_engine;
use common::sample::{Sample, lease, seen, wait_until_expired};
use murre_schema::{
    Change, Changed, Claim, Decline, Lease, LeaseFamily, NameChange, Names, Release, Store,
};
use murre_wire::{V4, V6};

fn named<F: Sample>(address: u8, client: u8, hostname: &str) -> Lease<F> {
    let mut lease = lease::<F>(address, client, 3600);
    lease.hostname = hostname.to_owned();
    (lease.fqdn_fwd, lease.fqdn_rev) = (true, true);
    lease
}

async fn claim<F: Sample>(store: &Store<F>, lease: Lease<F>, names: Names) -> Changed {
    let claim = Claim {
        lease,
        replaces: None,
        renews: false,
        heeds_hosts: false,
        names,
    };
    store.change(Change::Claim(claim)).await.unwrap()
}

/// All that waits, as `+name` and `-name`; it is taken.
async fn told<F: LeaseFamily>(store: &Store<F>) -> Vec<String> {
    let mut all = Vec::new();
    let send = async |taken: Vec<NameChange>| {
        let ids: Vec<i64> = taken.iter().map(|one| one.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        all = taken;
        ids
    };
    store.send_names(100, send).await.unwrap();
    assert_eq!(store.names_waiting(100).await.unwrap(), 0);
    let sign = |adds| if adds { '+' } else { '-' };
    let all = all.iter();
    all.map(|one| format!("{}{}", sign(one.adds), one.hostname))
        .collect()
}

/// The same test for both families.
fn on_everything(v4: impl AsyncFn(Store<V4>) + Copy, v6: impl AsyncFn(Store<V6>) + Copy) {
    on_every_engine(|fresh| async move {
        v4(fresh.open().await).await;
        v6(fresh.open().await).await;
    });
}

#[test]
fn a_claim_that_holds_writes_its_name_and_one_that_loses_writes_none() {
    async fn check<F: Sample>(store: Store<F>) {
        let won = claim(&store, named(1, 1, "one.example.org."), Names::OnChange).await;
        assert!(matches!(won, Changed::Claimed { .. }));
        let lost = claim(&store, named(1, 2, "two.example.org."), Names::OnChange).await;
        assert_eq!(lost, Changed::Taken);
        let other = claim(&store, named(2, 1, "one.example.org."), Names::OnChange).await;
        assert_eq!(other, Changed::ClientHasOther);
        assert_eq!(told(&store).await, ["+one.example.org."]);
    }
    on_everything(check::<V4>, check::<V6>);
}

#[test]
fn a_row_is_what_its_lease_was() {
    on_every_engine(|fresh| async move {
        let store = fresh.open::<V4>().await;
        let lease = named(1, 1, "one.example.org.");
        let Changed::Claimed { expire, .. } = claim(&store, lease.clone(), Names::OnChange).await
        else {
            panic!("it is free");
        };
        let mut taken = Vec::new();
        let send = async |all: Vec<NameChange>| {
            taken = all;
            Vec::new()
        };
        assert_eq!(store.send_names(10, send).await.unwrap().taken, 1);
        let row = taken.remove(0);
        let wanted = NameChange {
            id: row.id,
            adds: true,
            address: IpAddr::V4(lease.address),
            client: V4::lookup_key(&lease.client),
            hostname: "one.example.org.".to_owned(),
            forward: true,
            reverse: true,
            valid_lifetime: 3600,
            expire,
            subnet_id: 1,
        };
        assert_eq!(row, wanted);
        assert_eq!(store.names_waiting(10).await.unwrap(), 1, "it was not sent");
    });
}

#[test]
fn a_renewal_tells_only_what_changed() {
    async fn check<F: Sample>(store: Store<F>) {
        for (name, names, wanted) in [
            ("a.example.org.", Names::OnChange, &["+a.example.org."][..]),
            ("a.example.org.", Names::OnChange, &[]),
            ("a.example.org", Names::OnChange, &[]),
            (
                "b.example.org.",
                Names::OnChange,
                &["-a.example.org", "+b.example.org."],
            ),
            (
                "b.example.org.",
                Names::Always,
                &["-b.example.org.", "+b.example.org."],
            ),
            ("b.example.org.", Names::Off, &[]),
            ("", Names::OnChange, &["-b.example.org."]),
        ] {
            claim(&store, named(1, 1, name), names).await;
            assert_eq!(told(&store).await, wanted, "{name} {names:?}");
        }
    }
    on_everything(check::<V4>, check::<V6>);
}

#[test]
fn what_a_client_gives_back_or_declines_is_removed_once() {
    async fn check<F: Sample>(store: Store<F>) {
        let names = Names::OnChange;
        for keep in [true, false] {
            claim(&store, named(1, 1, "a.example.org."), Names::Off).await;
            let seen = seen(&store, F::address(1)).await;
            for client in [2, 1, 1] {
                let client = F::client(client);
                let release = Release {
                    seen,
                    client,
                    keep,
                    names,
                };
                store.change(Change::Release(release)).await.unwrap();
            }
            assert_eq!(told(&store).await, ["-a.example.org."], "keep: {keep}");
        }
        claim(&store, named(1, 1, "a.example.org."), Names::Off).await;
        let decline = Decline {
            seen: seen(&store, F::address(1)).await,
            client: F::client(1),
            probation: 100,
            names,
        };
        let changed = store.change(Change::Decline(decline)).await.unwrap();
        assert_eq!(changed, Changed::Declined);
        assert_eq!(told(&store).await, ["-a.example.org."]);
    }
    on_everything(check::<V4>, check::<V6>);
}

#[test]
fn a_lease_that_another_replaces_loses_its_name_with_it() {
    async fn check<F: Sample>(store: Store<F>) {
        claim(&store, named(1, 1, "old.example.org."), Names::Off).await;
        claim(&store, named(3, 3, "three.example.org."), Names::Off).await;
        for (address, wanted) in [
            (3, &[][..]),
            (2, &["-old.example.org.", "+new.example.org."]),
        ] {
            let change = Change::Claim(Claim {
                lease: named(address, 1, "new.example.org."),
                replaces: Some(seen(&store, F::address(1)).await),
                renews: false,
                heeds_hosts: false,
                names: Names::OnChange,
            });
            let changed = store.change(change).await.unwrap();
            assert_eq!(changed == Changed::Taken, address == 3);
            assert_eq!(told(&store).await, wanted, "{address}");
        }
    }
    on_everything(check::<V4>, check::<V6>);
}

#[test]
fn an_expired_lease_loses_its_name_when_it_is_reclaimed_or_taken_over() {
    async fn check<F: Sample>(store: Store<F>) {
        for remove in [false, true] {
            for (address, client, name) in [(1, 1, "a.example.org."), (2, 2, "")] {
                let mut short = named(address, client, name);
                short.valid_lifetime = 1;
                claim(&store, short, Names::Off).await;
            }
            wait_until_expired(&store, 2).await;
            wait_until_expired(&store, 1).await;
            let ended = store.reclaim(10, remove, Names::OnChange).await.unwrap();
            assert_eq!(ended.len(), 2);
            assert_eq!(told(&store).await, ["-a.example.org."], "remove: {remove}");
        }
        let mut short = named(1, 1, "a.example.org.");
        short.valid_lifetime = 1;
        claim(&store, short, Names::Off).await;
        wait_until_expired(&store, 1).await;
        claim(&store, named(1, 2, "b.example.org."), Names::OnChange).await;
        assert_eq!(told(&store).await, ["-a.example.org.", "+b.example.org."]);
    }
    on_everything(check::<V4>, check::<V6>);
}

#[test]
fn one_sends_at_a_time_and_what_it_could_not_send_comes_again_in_order() {
    on_every_engine(|fresh| async move {
        let (store, other) = (fresh.open::<V4>().await, fresh.open::<V4>().await);
        for name in ["a.", "b.", "c."] {
            claim(&store, named(1, 1, name), Names::OnChange).await;
        }
        // -a +b -b +c follow the first +a: five, of which two leave.
        let send = async |taken: Vec<NameChange>| {
            if fresh.name != "sqlite" {
                let meanwhile = async |_: Vec<NameChange>| panic!("it is not the other's turn");
                assert_eq!(other.send_names(10, meanwhile).await.unwrap().taken, 0);
            }
            taken.iter().take(2).map(|one| one.id).collect()
        };
        assert_eq!(store.send_names(10, send).await.unwrap().taken, 5);
        assert_eq!(told(&other).await, ["+b.", "-b.", "+c."]);
    });
}

#[test]
fn changes_of_one_address_are_in_the_order_of_its_commits() {
    on_every_engine(|fresh| async move {
        let stores = [fresh.open::<V4>().await, fresh.open::<V4>().await];
        claim(&stores[0], named(1, 1, "first."), Names::OnChange).await;
        let rename = async |store: &Store<V4>, who: &str| {
            for n in 0..20 {
                let lease = named(1, 1, &format!("{who}{n}."));
                claim(store, lease, Names::OnChange).await;
            }
        };
        tokio::join!(rename(&stores[0], "a"), rename(&stores[1], "b"));
        let told = told(&stores[0]).await;
        assert_eq!(told.len(), 1 + 2 * 40);
        let mut entered: Option<&str> = None;
        for change in &told {
            let (sign, name) = change.split_at(1);
            let before = if sign == "+" { None } else { Some(name) };
            assert_eq!(entered, before, "{change} in {told:?}");
            entered = (sign == "+").then_some(name);
        }
    });
}

#[test]
fn a_change_that_cannot_be_read_is_in_nobodys_way() {
    on_every_engine(|fresh| async move {
        let store = fresh.open::<V4>().await;
        for (address, name) in [(1, "a."), (2, "b.")] {
            claim(&store, named(address, address, name), Names::OnChange).await;
        }
        fresh.sql("UPDATE name_change SET address = 'nowhere' WHERE hostname = 'a.'");
        let send = async |taken: Vec<NameChange>| taken.iter().map(|one| one.id).collect();
        let portion = store.send_names(10, send).await.unwrap();
        assert_eq!(portion.taken, 2);
        let [error] = &portion.unreadable[..] else {
            panic!("{:?}", portion.unreadable)
        };
        assert!(error.to_string().contains("nowhere"), "{error}");
        assert_eq!(store.names_waiting(10).await.unwrap(), 0);
    });
}
