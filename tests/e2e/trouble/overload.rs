//! More is asked than can be answered in time: who is given up, and who is not.

use std::time::Duration;

use murre_harness::rundir;
use murre_tests::control::ask;
use murre_tests::hand4::Client;
use murre_tests::{Engine, Leases, Scene4, Scene6, hand6, on_every_server};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Offer, Request};
use murre_wire::dhcp6::MessageType::Solicit;
use serde_json::json;

on_every_server!(
    while_the_database_is_slow_newcomers_and_then_the_oldest_are_given_up,
    newcomers_are_refused_in_dhcpv6_as_well,
);

/// As long as a database is silent before it counts as lost.
const SILENT: Duration = Duration::from_secs(10);
/// Between queries of new clients.
const SOON: Duration = Duration::from_millis(100);

fn while_the_database_is_slow_newcomers_and_then_the_oldest_are_given_up(engine: Engine) {
    let server = engine.own_server();
    let socket = rundir::fresh_dir("overload").join("v4");
    let scene = Scene4::on(Leases::Server(server.fresh()), |server| {
        server["control-socket"] = json!({ "socket-type": "unix", "socket-name": socket });
    });
    let holder = Client::new(1);
    let address = holder.lease(&scene.relay);

    server.freeze();
    let mark = scene.worker.mark();
    // The first is with the database, and the next wait for their turn until that is too long.
    let refused = (2..100).find(|number| {
        let mut discover = Client::new(*number).message(Discover);
        scene.relay.send(&mut discover);
        assert!(scene.relay.answer_to(&discover, SOON).is_none());
        scene.worker.has_said(mark, ": congested")
    });
    assert!(refused.is_some_and(|number| number > 3), "{refused:?}");
    let mut renewal = holder.having(Request, address);
    scene.relay.send(&mut renewal);
    // That takes two seconds of vain waiting for a sign of life.
    let status = ask(&socket, "status-get");
    let queue = &status["arguments"]["lease-database-queue"];
    assert!(queue["oldest-waits-ms"].as_u64() >= Some(2000), "{queue}");
    server.thaw();

    let renewed = scene.relay.answer_to(&renewal, SILENT);
    assert_eq!(renewed.map(|answer| answer.kind()), Some(Ack));
    scene.worker.says_after(mark, ": overload");
    let later = scene.relay.ask(&mut Client::new(100).message(Discover));
    assert_eq!(later.kind(), Offer);
    scene.worker.says_after(mark, "DHCP4_CONGESTED");
    let status = ask(&socket, "status-get");
    let queue = &status["arguments"]["lease-database-queue"];
    assert!(queue["lookups"]["given-up"].as_u64() >= Some(1), "{queue}");
    assert_eq!(queue["changes"]["given-up"], 0, "{queue}");
}

fn newcomers_are_refused_in_dhcpv6_as_well(engine: Engine) {
    let server = engine.own_server();
    let scene = Scene6::on(Leases::Server(server.fresh()), |_| {});
    hand6::Client::new(1).lease(&scene.relay, false);
    server.freeze();
    let mark = scene.worker.mark();
    let refused = (2..100).find(|number| {
        let mut solicit = hand6::Client::new(*number).message(Solicit);
        solicit.ia_na(1, 0, 0, |_| {});
        let solicit = solicit.finish().unwrap();
        scene.relay.send(&solicit);
        assert!(scene.relay.answer_to(&solicit, SOON).is_none());
        scene.worker.has_said(mark, ": congested")
    });
    assert!(refused.is_some_and(|number| number > 3), "{refused:?}");
    server.thaw();
    scene.worker.says_after(mark, "DHCP6_CONGESTED");
    hand6::Client::new(100).lease(&scene.relay, false);
}
