//! RELEASE and DECLINE, and the end of leases.

use murre_tests::hand6::Client;
use murre_tests::rows::{self, DECLINED, DEFAULT, RECLAIMED};
use murre_tests::{Engine, Scene6, on_every_engine};
use murre_wire::dhcp6::IaKind;
use murre_wire::dhcp6::MessageType::{Decline, Release, Reply, Solicit};
use murre_wire::dhcp6::code::status;
use serde_json::json;

on_every_engine!(
    release_of_ones_own_ends_it_and_of_anothers_changes_nothing,
    a_declined_address_is_given_to_nobody,
    expired_leases_and_prefixes_are_reclaimed,
);

fn release_of_ones_own_ends_it_and_of_anothers_changes_nothing(engine: Engine) {
    let scene = Scene6::new(engine);
    let (owner, stranger) = (Client::new(1), Client::new(2));
    let reply = owner.lease(&scene.relay, true);
    let before = rows::lease6(&scene.world.leases);
    let refused = scene.relay.ask(stranger.with_leases(Release, &reply));
    assert_eq!(
        (refused.kind(), refused.status()),
        (Reply, Some(status::SUCCESS))
    );
    for kind in [IaKind::Na, IaKind::Pd] {
        assert_eq!(refused.status_of(kind, 1), Some(status::NO_BINDING));
    }
    assert_eq!(rows::lease6(&scene.world.leases), before);

    // The same lease under another association's number is another lease.
    let mut other = owner.to_server(Release, &reply);
    let address = reply.of(IaKind::Na)[0].address;
    other.ia_na(77, 0, 0, |ia| {
        ia.ia_addr(address, 0, 0);
    });
    let other = scene.relay.ask(other);
    assert_eq!(other.status_of(IaKind::Na, 77), Some(status::NO_BINDING));
    assert_eq!(rows::lease6(&scene.world.leases), before);

    let released = scene.relay.ask(owner.with_leases(Release, &reply));
    assert_eq!(released.status(), Some(status::SUCCESS));
    assert_eq!(released.held(), []);
    let rows = rows::lease6(&scene.world.leases);
    assert_eq!(
        rows.iter().map(|row| row.state).collect::<Vec<_>>(),
        [RECLAIMED; 2]
    );
    // Its client finds it again.
    assert_eq!(owner.lease(&scene.relay, true).held(), reply.held());
}

fn a_declined_address_is_given_to_nobody(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        server["decline-probation-period"] = json!(2);
        server["expired-leases-processing"] = json!({ "reclaim-timer-wait-time": 1 });
    });
    let (owner, stranger) = (Client::new(1), Client::new(2));
    let reply = owner.lease(&scene.relay, false);
    let address = reply.held()[0].address;
    let refused = scene.relay.ask(stranger.with_leases(Decline, &reply));
    assert_eq!(refused.status_of(IaKind::Na, 1), Some(status::NO_BINDING));
    assert_eq!(rows::of6(&scene.world.leases, address).state, DEFAULT);

    let declined = scene.relay.ask(owner.with_leases(Decline, &reply));
    assert_eq!(
        (declined.kind(), declined.status()),
        (Reply, Some(status::SUCCESS))
    );
    let mark = scene.worker.mark();
    let row = rows::of6(&scene.world.leases, address);
    assert_eq!(row.state, DECLINED);
    let wishing = |number| {
        let mut solicit = Client::new(number).message(Solicit);
        solicit.ia_na(1, 0, 0, |ia| {
            ia.ia_addr(address, 0, 0);
        });
        scene.relay.ask(solicit).held()[0].address
    };
    assert_ne!(owner.lease(&scene.relay, false).held()[0].address, address);
    assert_ne!(wishing(3), address);

    scene.worker.says_after(mark, &format!("{address} expired"));
    assert_eq!(wishing(4), address);
}

fn expired_leases_and_prefixes_are_reclaimed(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        server["valid-lifetime"] = json!(1);
        server["preferred-lifetime"] = json!(1);
        server["expired-leases-processing"] = json!({ "reclaim-timer-wait-time": 1 });
    });
    let reply = Client::new(1).lease(&scene.relay, true);
    for held in reply.held() {
        scene.worker.says(&format!("{} expired", held.address));
        assert_eq!(
            rows::of6(&scene.world.leases, held.address).state,
            RECLAIMED
        );
    }
}
