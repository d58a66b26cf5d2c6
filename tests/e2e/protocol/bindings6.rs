//! CONFIRM, RENEW and REBIND: leases that a client has, or believes to have.

use std::net::Ipv6Addr;

use murre_tests::hand6::{Client, Held};
use murre_tests::rows::{self, DEFAULT};
use murre_tests::{Engine, Scene6, on_every_engine};
use murre_wire::dhcp6::MessageType::{Confirm, Rebind, Renew, Reply};
use murre_wire::dhcp6::code::status;
use murre_wire::dhcp6::{Builder, IaKind};
use serde_json::json;

on_every_engine!(
    a_client_is_told_whether_its_addresses_fit_the_link,
    leases_are_extended_by_renew_and_by_rebind,
    an_association_added_when_renewing_is_served,
    a_lease_nobody_has_is_given_to_who_renews_it,
    a_lease_that_is_somebody_elses_or_of_another_link_is_ended_for_who_renews_it,
    lifetimes_and_times_follow_the_configuration_and_the_clients_wish,
);

fn naming(message: &mut Builder, address: &str) {
    message.ia_na(1, 0, 0, |ia| {
        ia.ia_addr(address.parse().unwrap(), 0, 0);
    });
}

fn a_client_is_told_whether_its_addresses_fit_the_link(engine: Engine) {
    let scene = Scene6::new(engine);
    let asking = |addresses: &[&str]| {
        let mut confirm = Client::new(1).message(Confirm);
        for address in addresses {
            naming(&mut confirm, address);
        }
        let reply = scene.relay.ask(confirm);
        assert_eq!((reply.kind(), reply.held()), (Reply, vec![]));
        reply.status()
    };
    // The link counts, not whether anybody has the address.
    let (here, there) = ("2001:db8:2::1:0:5", "2001:db8:1::150");
    assert_eq!(asking(&[here]), Some(status::SUCCESS));
    assert_eq!(asking(&[there]), Some(status::NOT_ON_LINK));
    assert_eq!(asking(&[here, there]), Some(status::NOT_ON_LINK));
    let mut empty = Client::new(1).message(Confirm);
    empty.ia_na(1, 0, 0, |_| {});
    scene.ignored("insane", empty);
    assert_eq!(rows::lease6(&scene.world.leases), []);
}

fn leases_are_extended_by_renew_and_by_rebind(engine: Engine) {
    let scene = Scene6::with(engine, |server| server["valid-lifetime"] = json!(900));
    let client = Client::new(1);
    let reply = client.lease(&scene.relay, true);
    let renewed = scene.relay.ask(client.with_leases(Renew, &reply));
    assert_eq!((renewed.kind(), renewed.held()), (Reply, reply.held()));

    let mut rebind = client.message(Rebind);
    murre_tests::hand6::add_leases(&mut rebind, &reply);
    let rebound = scene.relay.ask(rebind);
    assert_eq!((rebound.kind(), rebound.held()), (Reply, reply.held()));
    let rows = rows::lease6(&scene.world.leases);
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter()
            .all(|row| row.state == DEFAULT && row.valid == 900)
    );
}

fn an_association_added_when_renewing_is_served(engine: Engine) {
    let scene = Scene6::new(engine);
    let client = Client::new(1);
    let reply = client.lease(&scene.relay, false);
    let mut renew = client.with_leases(Renew, &reply);
    renew.ia_pd(5, 0, 0, |_| {});
    let more = scene.relay.ask(renew);
    assert_eq!(more.of(IaKind::Na), reply.of(IaKind::Na));
    let prefix = more.of(IaKind::Pd)[0];
    assert_eq!((prefix.iaid, prefix.len), (5, 56));
    assert_eq!(
        rows::of6(&scene.world.leases, prefix.address).state,
        DEFAULT
    );
}

fn a_lease_nobody_has_is_given_to_who_renews_it(engine: Engine) {
    let scene = Scene6::new(engine);
    let client = Client::new(1);
    let wanted: Ipv6Addr = "2001:db8:2::1:0:42".parse().unwrap();
    let mut rebind = client.message(Rebind);
    naming(&mut rebind, "2001:db8:2::1:0:42");
    let reply = scene.relay.ask(rebind);
    assert_eq!(reply.held()[0].address, wanted);
    assert!(reply.held()[0].valid > 0);
    assert_eq!(rows::of6(&scene.world.leases, wanted).state, DEFAULT);
}

fn a_lease_that_is_somebody_elses_or_of_another_link_is_ended_for_who_renews_it(engine: Engine) {
    let scene = Scene6::new(engine);
    let owner = Client::new(1);
    let reply = owner.lease(&scene.relay, false);
    let taken = reply.held()[0].address;
    let before = rows::of6(&scene.world.leases, taken);

    for wrong in [taken.to_string(), "2001:db8:1::150".to_owned()] {
        let client = Client::new(2);
        let mut renew = client.to_server(Renew, &reply);
        naming(&mut renew, &wrong);
        let answer = scene.relay.ask(renew);
        let wrong: Ipv6Addr = wrong.parse().unwrap();
        let (ended, given): (Vec<Held>, Vec<Held>) =
            answer.held().into_iter().partition(|held| held.valid == 0);
        assert_eq!(
            ended.iter().map(|held| held.address).collect::<Vec<_>>(),
            [wrong]
        );
        assert_eq!((given.len(), given[0].address == wrong), (1, false));
    }
    assert_eq!(rows::of6(&scene.world.leases, taken), before);
    assert_eq!(rows::lease6(&scene.world.leases).len(), 2);
}

fn lifetimes_and_times_follow_the_configuration_and_the_clients_wish(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        let map = server.as_object_mut().unwrap();
        map.remove("renew-timer");
        map.remove("rebind-timer");
        server["min-valid-lifetime"] = json!(2000);
        server["valid-lifetime"] = json!(4000);
        server["max-valid-lifetime"] = json!(8000);
        server["min-preferred-lifetime"] = json!(1000);
        server["preferred-lifetime"] = json!(3000);
        server["max-preferred-lifetime"] = json!(5000);
    });
    let wishing = |number, preferred, valid| {
        let mut solicit = Client::new(number).message(murre_wire::dhcp6::MessageType::Solicit);
        solicit.ia_na(1, 0, 0, |ia| {
            ia.ia_addr("2001:db8:2::1:0:9".parse().unwrap(), preferred, valid);
        });
        let advertise = scene.relay.ask(solicit);
        let held = advertise.held()[0];
        (held.preferred, held.valid, advertise.times()[0])
    };
    // T1 and T2 are half and four fifths of the preferred lifetime.
    assert_eq!(wishing(1, 0, 0), (3000, 4000, (1500, 2400)));
    assert_eq!(wishing(2, 4000, 6000), (4000, 6000, (2000, 3200)));
    assert_eq!(wishing(3, 1, 1), (1000, 2000, (500, 800)));
    assert_eq!(wishing(4, u32::MAX, u32::MAX), (5000, 8000, (2500, 4000)));
}
