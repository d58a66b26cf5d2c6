//! The allocators: in which order they hand out a pool, that they hand out all of it, and that what
//! selects them works at every level.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use murre_tests::hand4::{Client, Relay};
use murre_tests::{Engine, Scene4, Scene6, hand6, on_every_engine, rows};
use murre_wire::dhcp4::MessageType::{Discover, Offer, Release};
use murre_wire::dhcp6::IaKind;
use serde_json::{Value, json};

on_every_engine!(
    iterative_rises_from_the_last_one_and_goes_round,
    random_hands_out_all_of_a_pool_in_no_order,
    flq_hands_out_all_of_a_pool_in_no_order,
    a_pool_of_one_address_serves_one_client_after_the_other,
    holes_are_found_wherever_they_are,
    all_pools_of_a_subnet_are_used,
    the_allocator_of_a_subnet_goes_before_that_of_all,
    leases_outside_of_a_changed_pool_stay_their_clients,
    a_pool_of_sixteen_million_serves_at_once,
    a_worker_that_starts_gets_past_what_is_taken,
    a_flood_of_clients_that_take_no_offer_exhausts_no_pool,
    prefixes_and_addresses_have_allocators_of_their_own,
    flq_gives_what_was_given_back_the_longest_ago_when_the_pool_has_gone_round,
);

fn on_pool(engine: Engine, allocator: &str, pool: &str) -> Scene4 {
    Scene4::with(engine, |server| {
        server["subnet4"][1]["pools"] = json!([{ "pool": pool }]);
        server["subnet4"][1]["allocator"] = json!(allocator);
    })
}

/// Leases for so many new clients, in order.
fn lease_all(relay: &Relay, clients: std::ops::Range<u32>) -> Vec<Ipv4Addr> {
    clients
        .map(|number| Client::new(number).lease(relay))
        .collect()
}

fn range(first: [u8; 4], count: u32) -> Vec<Ipv4Addr> {
    let first = Ipv4Addr::from(first).to_bits();
    (first..first + count).map(Ipv4Addr::from_bits).collect()
}

fn give_back(scene: &Scene4, client: u32, address: Ipv4Addr) {
    let mark = scene.worker.mark();
    scene
        .relay
        .send(&mut Client::new(client).having(Release, address));
    scene.worker.says_after(mark, "was given back");
}

fn iterative_rises_from_the_last_one_and_goes_round(engine: Engine) {
    let scene = on_pool(engine, "iterative", "10.1.2.1-10.1.2.40");
    let first = lease_all(&scene.relay, 0..30);
    assert_eq!(first, range([10, 1, 2, 1], 30));
    give_back(&scene, 4, first[4]);
    // Not what is free first, but what comes next.
    assert_eq!(lease_all(&scene.relay, 30..40), range([10, 1, 2, 31], 10));
    assert_eq!(lease_all(&scene.relay, 40..41), [first[4]]);
}

fn all_of_a_pool_in_no_order(engine: Engine, allocator: &str) {
    let scene = on_pool(engine, allocator, "10.1.2.1-10.1.2.100");
    let given = lease_all(&scene.relay, 0..100);
    let mut sorted = given.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, range([10, 1, 2, 1], 100));
    assert_ne!(given, sorted);
    scene.ignored("no-address", &mut Client::new(100).message(Discover));
}

fn random_hands_out_all_of_a_pool_in_no_order(engine: Engine) {
    all_of_a_pool_in_no_order(engine, "random");
}

fn flq_hands_out_all_of_a_pool_in_no_order(engine: Engine) {
    all_of_a_pool_in_no_order(engine, "flq");
}

fn a_pool_of_one_address_serves_one_client_after_the_other(engine: Engine) {
    for allocator in ["iterative", "random", "flq"] {
        let scene = on_pool(engine, allocator, "10.1.2.9-10.1.2.9");
        for number in 0..3 {
            let address = Client::new(number).lease(&scene.relay);
            assert_eq!(address, Ipv4Addr::new(10, 1, 2, 9), "{allocator}");
            scene.ignored("no-address", &mut Client::new(100).message(Discover));
            give_back(&scene, number, address);
        }
    }
}

/// Every seventh address of a pool that was full is given back by its client.
fn holes_are_found_wherever_they_are(engine: Engine) {
    for (allocator, keep) in [
        ("iterative", 3600),
        ("random", 0),
        ("flq", 3600),
        ("flq", 0),
    ] {
        let scene = Scene4::with(engine, |server| {
            server["subnet4"][1]["pools"] = json!([{ "pool": "10.1.2.1-10.1.2.60" }]);
            server["allocator"] = json!(allocator);
            server["expired-leases-processing"] = json!({ "hold-reclaimed-time": keep });
        });
        let given = lease_all(&scene.relay, 0..60);
        let holes: BTreeSet<_> = (0..60).step_by(7).map(|n| given[n as usize]).collect();
        for number in (0..60).step_by(7) {
            give_back(&scene, number, given[number as usize]);
        }
        let count = holes.len() as u32;
        let again: BTreeSet<_> = lease_all(&scene.relay, 100..100 + count)
            .into_iter()
            .collect();
        assert_eq!(again, holes, "{allocator} {keep}");
    }
}

fn all_pools_of_a_subnet_are_used(engine: Engine) {
    for allocator in ["iterative", "random", "flq"] {
        let scene = Scene4::with(engine, |server| {
            let pools = [
                "10.1.2.1-10.1.2.3",
                "10.1.9.1-10.1.9.1",
                "10.3.0.0-10.3.0.3",
            ];
            let pools: Vec<Value> = pools.map(|pool| json!({ "pool": pool })).into();
            server["subnet4"][1]["pools"] = json!(pools);
            server["allocator"] = json!(allocator);
        });
        let given: BTreeSet<_> = lease_all(&scene.relay, 0..8).into_iter().collect();
        assert_eq!(given.len(), 8, "{allocator}");
        assert!(given.contains(&Ipv4Addr::new(10, 1, 9, 1)), "{allocator}");
    }
}

fn the_allocator_of_a_subnet_goes_before_that_of_all(engine: Engine) {
    // Rising or not, as told at the level that counts.
    let levels = |all: &'static str, subnet: Option<&'static str>| {
        Scene4::with(engine, move |server| {
            server["allocator"] = json!(all);
            let own = &mut server["subnet4"][1];
            own["pools"] = json!([{ "pool": "10.1.2.1-10.1.2.64" }]);
            if let Some(subnet) = subnet {
                own["allocator"] = json!(subnet);
            }
        })
    };
    let rises = |scene: Scene4| lease_all(&scene.relay, 0..20) == range([10, 1, 2, 1], 20);
    assert!(rises(levels("iterative", None)));
    assert!(!rises(levels("random", None)));
    assert!(!rises(levels("iterative", Some("flq"))));
    assert!(rises(levels("random", Some("iterative"))));
}

fn leases_outside_of_a_changed_pool_stay_their_clients(engine: Engine) {
    let scene = on_pool(engine, "flq", "10.1.2.1-10.1.2.20");
    let given = lease_all(&scene.relay, 0..10);
    let mut config = murre_tests::config::only4(&scene.world.leases);
    config["Dhcp4"]["subnet4"][1]["pools"] = json!([{ "pool": "10.1.2.101-10.1.2.105" }]);
    config["Dhcp4"]["allocator"] = json!("flq");
    let mark = scene.worker.mark();
    scene.worker.reload(&config.to_string());
    scene
        .worker
        .says_after(mark, "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS");
    let new: BTreeSet<_> = lease_all(&scene.relay, 100..105).into_iter().collect();
    let expected: BTreeSet<_> = range([10, 1, 2, 101], 5).into_iter().collect();
    assert_eq!(new, expected);
    // Rows of the former pool are there until they expire or are given back.
    assert_eq!(rows::lease4(&scene.world.leases).len(), 15);
    give_back(&scene, 3, given[3]);
    scene.ignored("no-address", &mut Client::new(105).message(Discover));
}

fn a_pool_of_sixteen_million_serves_at_once(engine: Engine) {
    let scene = on_pool(engine, "flq", "10.0.0.0-10.255.255.255");
    let given: BTreeSet<_> = lease_all(&scene.relay, 0..20).into_iter().collect();
    assert_eq!(given.len(), 20);
}

/// A hundred thousand leases of others from an address on.
fn take_a_hundred_thousand(engine: Engine, scene: &Scene4, first: [u8; 4]) {
    let (hwaddr, expire) = match engine {
        Engine::Postgresql => (
            "convert_to(lpad(n::text, 10, '0'), 'UTF8')",
            "now() + interval '1 hour'",
        ),
        Engine::Mariadb => ("LPAD(n, 10, '0')", "UTC_TIMESTAMP() + INTERVAL 1 HOUR"),
        Engine::Sqlite => ("CAST(printf('%010d', n) AS BLOB)", "unixepoch() + 3600"),
    };
    let digits: Vec<_> = (0..10)
        .map(|digit| format!("SELECT {digit} AS d"))
        .collect();
    let digits = digits.join(" UNION ALL ");
    let places: Vec<_> = (0..5).map(|place| format!("({digits}) p{place}")).collect();
    let places = places.join(" CROSS JOIN ");
    let first = Ipv4Addr::from(first).to_bits();
    scene.world.leases.query(&format!(
        "INSERT INTO lease4 (address, hwaddr, valid_lifetime, expire, subnet_id, state) \
         SELECT n, {hwaddr}, 3600, {expire}, 2, 0 FROM (\
             SELECT {first} + p0.d + 10 * p1.d + 100 * p2.d + 1000 * p3.d + 10000 * p4.d AS n FROM {places}) numbers"
    ));
}

/// Leases of an iterative pool lie side by side, and the worker does not know of them.
fn a_worker_that_starts_gets_past_what_is_taken(engine: Engine) {
    let scene = on_pool(engine, "iterative", "10.0.0.0-10.255.255.255");
    take_a_hundred_thousand(engine, &scene, [10, 0, 0, 0]);
    let next = range([10, 1, 134, 160], 1);
    let mut discover = Client::new(0).message(Discover);
    scene.relay.send(&mut discover);
    let offer = scene.relay.answer_to(&discover, Duration::from_secs(5));
    assert_eq!(offer.map(|offer| offer.yiaddr()), next.first().copied());

    // Where they reach to the pool's end, it begins at the start, which takes a while.
    let scene = on_pool(engine, "iterative", "10.0.0.0-10.3.134.159");
    take_a_hundred_thousand(engine, &scene, [10, 0, 0, 0]);
    take_a_hundred_thousand(engine, &scene, [10, 2, 0, 0]);
    assert_eq!(lease_all(&scene.relay, 0..1), next);
}

fn a_flood_of_clients_that_take_no_offer_exhausts_no_pool(engine: Engine) {
    for allocator in ["iterative", "random", "flq"] {
        let scene = on_pool(engine, allocator, "10.1.2.0/24");
        for number in 0..1500 {
            scene.relay.send(&mut Client::new(number).message(Discover));
            if number % 50 == 0 {
                let mut last = Client::new(10_000 + number).message(Discover);
                assert_eq!(scene.relay.ask(&mut last).kind(), Offer);
            }
        }
        let address = Client::new(20_000).lease(&scene.relay);
        assert_eq!(address.octets()[..3], [10, 1, 2]);
        assert_eq!(
            scene.counted().without_answer("no-address"),
            0,
            "{allocator}"
        );
    }
}

fn prefixes_and_addresses_have_allocators_of_their_own(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        server["allocator"] = json!("flq");
        server["pd-allocator"] = json!("iterative");
        server["subnet6"][1]["pools"] = json!([{ "pool": "2001:db8:2::1-2001:db8:2::40" }]);
        server["subnet6"][1]["pd-pools"] =
            json!([{ "prefix": "2001:db8:9000::", "prefix-len": 52, "delegated-len": 56 }]);
    });
    let (mut addresses, mut prefixes): (Vec<Ipv6Addr>, Vec<Ipv6Addr>) = (Vec::new(), Vec::new());
    for number in 0..16 {
        let reply = hand6::Client::new(number).lease(&scene.relay, true);
        addresses.push(reply.of(IaKind::Na)[0].address);
        prefixes.push(reply.of(IaKind::Pd)[0].address);
    }
    let rising: Vec<_> = (0..16_u16)
        .map(|n| Ipv6Addr::new(0x2001, 0xdb8, 0x9000, n << 8, 0, 0, 0, 0))
        .collect();
    assert_eq!(prefixes, rising);
    let mut sorted = addresses.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), 16);
    assert_ne!(addresses, sorted);
}

fn flq_gives_what_was_given_back_the_longest_ago_when_the_pool_has_gone_round(engine: Engine) {
    let scene = on_pool(engine, "flq", "10.1.2.1-10.1.2.16");
    let given = lease_all(&scene.relay, 0..16);
    for number in [5, 9] {
        give_back(&scene, number, given[number as usize]);
        // The clock of the queue counts seconds.
        scene.world.leases.query(&format!(
            "UPDATE lease4 SET expire = {} WHERE state = 2",
            match engine {
                Engine::Postgresql => "expire - interval '1 minute'",
                Engine::Mariadb => "TIMESTAMPADD(MINUTE, -1, expire)",
                Engine::Sqlite => "expire - 60",
            }
        ));
    }
    // Not at once: what one client gave back lately is offered to nobody else for a moment.
    let offer = scene.relay.ask(&mut Client::new(100).message(Discover));
    assert_eq!((offer.kind(), offer.yiaddr()), (Offer, given[5]));
}
