//! `workers`: the fleet for the eye, on every engine.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use common::{Fresh, on_every_engine};
use murre_schema::fleet::Beat;
use murre_schema::{Access, LeaseFamily, Store, StoreOptions};
use murre_wire::{V4, V6};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

async fn beats<F: LeaseFamily>(fresh: &Fresh, name: &str, change: impl Fn(&mut Beat)) {
    let access = Access::from_url(&fresh.url).unwrap();
    let store: Store<F> = Store::open(&access, StoreOptions::default()).await.unwrap();
    let mut beat = Beat {
        name: name.to_owned(),
        incarnation: 1,
        addresses: "192.0.2.1 198.51.100.1".to_owned(),
        version: "0.1.0".to_owned(),
        revision: "89ABCDEF".to_owned(),
        load: 12.34,
        sharing: true,
        draining: false,
        last_error: String::new(),
        first: true,
    };
    change(&mut beat);
    store.beat(&beat).await.unwrap();
    if name == "gone" {
        store.leave(name, 1).await.unwrap();
    }
}

fn fleet(fresh: &Fresh) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        beats::<V4>(fresh, "alive", |_| {}).await;
        beats::<V4>(fresh, "leaving", |beat| beat.draining = true).await;
        beats::<V6>(fresh, "gone", |_| {}).await;
        beats::<V6>(fresh, "apart", |beat| {
            beat.sharing = false;
            beat.last_error = "line 3: no such thing".to_owned();
        })
        .await;
    });
}

/// The line of a worker.
#[track_caller]
fn line<'t>(text: &'t str, name: &str) -> &'t str {
    let found = text.lines().find(|line| line.starts_with(name));
    found.unwrap_or_else(|| panic!("no {name} in:\n{text}"))
}

#[test]
fn workers_are_shown_with_their_state() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let none = fresh.admin("workers", &[]).ok().out;
        assert_eq!(none, "no worker was here within a day\n");
        fleet(&fresh);
        let shown = fresh.admin("workers", &["--utc"]).ok().out;
        for (name, words) in [
            (
                "alive",
                &[
                    "DHCPv4",
                    "192.0.2.1",
                    "0.1.0",
                    "89ABCDEF",
                    "12.3",
                    "yes",
                    "live",
                ][..],
            ),
            ("leaving", &["DHCPv4", "draining"]),
            ("gone", &["DHCPv6", "gone"]),
            (
                "apart",
                &["DHCPv6", " no ", "live", "line 3: no such thing"],
            ),
        ] {
            let line = line(&shown, name);
            for word in words {
                assert!(line.contains(word), "no {word} in {line}");
            }
        }
        assert!(shown.contains("198.51.100.1"), "{shown}");
        let six = fresh.admin("workers", &["-6"]).ok().out;
        assert!(!six.contains("alive") && six.contains("apart"), "{six}");
    });
}

#[test]
fn watching_shows_them_again_until_it_is_interrupted() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        fleet(&fresh);
        let mut child = fresh
            .command("workers", &["-4", "--watch"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut looks = lines
            .map_while(Result::ok)
            .filter(|l| l.starts_with("NAME"));
        assert!(looks.by_ref().nth(2).is_some(), "three looks");
        kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
        assert!(child.wait().unwrap().success());
    });
}
