//! SOLICIT and REQUEST: what is offered, what is granted, what is refused and how.

use murre_tests::hand6::{Client, Relay};
use murre_tests::rows::{self, DEFAULT};
use murre_tests::{Engine, Scene6, config, on_every_engine, world};
use murre_wire::dhcp6::MessageType::{
    Advertise, InformationRequest, Rebind, Reply, Request, Solicit,
};
use murre_wire::dhcp6::code::{self, status};
use murre_wire::dhcp6::{Builder, IaKind, MessageType};
use serde_json::json;

on_every_engine!(
    a_solicit_is_advertised_and_written_only_when_requested,
    rapid_commit_grants_at_once_where_it_is_switched_on,
    each_association_gets_one_lease_and_all_have_the_same_times,
    hints_are_honoured_where_they_can_be,
    what_cannot_be_given_is_refused_within_its_association,
    a_prefix_comes_without_the_part_that_is_excluded,
    another_servers_clients_are_left_to_it,
    messages_without_what_they_need_are_ignored,
    what_must_be_multicast_is_ignored_when_it_is_not,
    a_hardware_address_that_cannot_be_one_is_not_kept,
);

/// SOLICIT for an address in IA 1.
fn solicit(client: &Client) -> Builder {
    let mut message = client.message(Solicit);
    message.ia_na(1, 0, 0, |_| {});
    message
}

fn a_solicit_is_advertised_and_written_only_when_requested(engine: Engine) {
    let scene = Scene6::new(engine);
    let client = Client::new(1);
    let first = scene.relay.ask(solicit(&client));
    let second = scene.relay.ask(solicit(&client));
    assert_eq!((first.kind(), second.kind()), (Advertise, Advertise));
    assert_eq!(first.held(), second.held());
    assert_eq!(first.get(code::RAPID_COMMIT), None);
    assert_eq!(first.option(code::CLIENT_ID), client.duid);
    assert_eq!(rows::lease6(&scene.world.leases), []);

    let reply = scene.relay.ask(client.with_leases(Request, &second));
    let held = reply.held()[0];
    assert_eq!(
        (reply.kind(), held.address),
        (Reply, second.held()[0].address)
    );
    rows::told(Some(held.preferred), config::PREFERRED);
    rows::told(Some(held.valid), config::VALID);
    let row = rows::of6(&scene.world.leases, held.address);
    assert_eq!((row.state, row.subnet_id, row.iaid), (DEFAULT, 2, 1));
    assert_eq!(
        (row.preferred, row.valid),
        (config::PREFERRED, config::VALID)
    );

    // What a client has it is offered again.
    assert_eq!(scene.relay.ask(solicit(&client)).held(), second.held());
    assert_eq!(rows::lease6(&scene.world.leases).len(), 1);
}

fn rapid_commit_grants_at_once_where_it_is_switched_on(engine: Engine) {
    let rapid = |client: &Client| {
        let mut message = solicit(client);
        message.option(code::RAPID_COMMIT, &[]);
        message
    };
    let off = Scene6::new(engine);
    assert_eq!(off.relay.ask(rapid(&Client::new(1))).kind(), Advertise);
    assert_eq!(rows::lease6(&off.world.leases), []);

    let on = Scene6::with(engine, |server| {
        server["subnet6"][1]["rapid-commit"] = json!(true);
    });
    let reply = on.relay.ask(rapid(&Client::new(1)));
    assert_eq!(reply.kind(), Reply);
    assert_eq!(reply.get(code::RAPID_COMMIT), Some(Vec::new()));
    rows::of6(&on.world.leases, reply.held()[0].address);
    // Only to those who ask for it.
    assert_eq!(on.relay.ask(solicit(&Client::new(2))).kind(), Advertise);
    assert_eq!(rows::lease6(&on.world.leases).len(), 1);
}

fn each_association_gets_one_lease_and_all_have_the_same_times(engine: Engine) {
    let scene = Scene6::new(engine);
    let client = Client::new(1);
    let mut solicit = client.message(Solicit);
    for iaid in [1, 2, 3] {
        solicit.ia_na(iaid, 0, 0, |_| {});
    }
    for iaid in [1, 9] {
        solicit.ia_pd(iaid, 0, 0, |_| {});
    }
    let advertise = scene.relay.ask(solicit);
    let reply = scene.relay.ask(client.with_leases(Request, &advertise));
    assert_eq!(reply.held(), advertise.held());
    assert_eq!(reply.times(), [(2, 400); 5]);
    let held = reply.held();
    let of = |kind| -> Vec<u32> { reply.of(kind).iter().map(|held| held.iaid).collect() };
    assert_eq!(
        (of(IaKind::Na), of(IaKind::Pd)),
        (vec![1, 2, 3], vec![1, 9])
    );
    let mut addresses: Vec<_> = held.iter().map(|held| held.address).collect();
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(addresses.len(), 5, "{held:?}");
    let rows = rows::lease6(&scene.world.leases);
    assert_eq!(rows.len(), 5);
    assert!(
        rows.iter()
            .all(|row| row.duid == rows[0].duid && row.state == DEFAULT)
    );
}

fn hints_are_honoured_where_they_can_be(engine: Engine) {
    let scene = Scene6::new(engine);
    let asking = |number: u32, address: &str, prefix: &str, len: u8| {
        let mut message = Client::new(number).message(Solicit);
        message.ia_na(1, 0, 0, |ia| {
            ia.ia_addr(address.parse().unwrap(), 0, 0);
        });
        message.ia_pd(1, 0, 0, |ia| {
            ia.ia_prefix(prefix.parse().unwrap(), len, 0, 0);
        });
        let advertise = scene.relay.ask(message);
        let reply = scene
            .relay
            .ask(Client::new(number).with_leases(Request, &advertise));
        let text = |kind| reply.of(kind)[0].address.to_string();
        assert_eq!(reply.of(IaKind::Pd)[0].len, 56);
        (text(IaKind::Na), text(IaKind::Pd))
    };
    let (address, prefix) = ("2001:db8:2::1:0:77", "2001:db8:9000:4200::");
    assert_eq!(
        asking(1, address, prefix, 56),
        (address.to_owned(), prefix.to_owned())
    );
    // Held by another; then: of no pool, and a length alone.
    let (other, elsewhere) = asking(2, address, prefix, 56);
    assert!(
        other != address && elsewhere != prefix,
        "{other} {elsewhere}"
    );
    let (inside, _) = asking(3, "2001:db8:ffff::1", "::", 56);
    assert!(inside.starts_with("2001:db8:2::1:"), "{inside}");
}

fn what_cannot_be_given_is_refused_within_its_association(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        let subnet = server["subnet6"][1].as_object_mut().unwrap();
        subnet.remove("pd-pools");
        subnet["pools"] = json!([{ "pool": "2001:db8:2::5-2001:db8:2::5" }]);
    });
    let both = |client: &Client| {
        let mut message = solicit(client);
        message.ia_pd(4, 0, 0, |_| {});
        message
    };
    let first = Client::new(1);
    let advertise = scene.relay.ask(both(&first));
    assert_eq!(advertise.of(IaKind::Na).len(), 1);
    assert_eq!(advertise.status_of(IaKind::Na, 1), None);
    assert_eq!(
        advertise.status_of(IaKind::Pd, 4),
        Some(status::NO_PREFIX_AVAIL)
    );
    assert_eq!(advertise.status(), None);
    let mut request = first.with_leases(Request, &advertise);
    request.ia_pd(4, 0, 0, |_| {});
    let reply = scene.relay.ask(request);
    assert_eq!(reply.of(IaKind::Na).len(), 1);
    assert_eq!(
        reply.status_of(IaKind::Pd, 4),
        Some(status::NO_PREFIX_AVAIL)
    );

    let late = scene.relay.ask(both(&Client::new(2)));
    assert_eq!(late.held(), []);
    assert_eq!(late.status_of(IaKind::Na, 1), Some(status::NO_ADDRS_AVAIL));

    // A client of no subnet is told so in the same way.
    let mut lost = Relay::at(&scene.world.client, "2001:db8:1::2", world::SERVER6);
    lost.link = "2001:db8:77::1".parse().unwrap();
    let nowhere = lost.ask(both(&Client::new(3)));
    assert_eq!(nowhere.kind(), Advertise);
    assert_eq!(
        nowhere.status_of(IaKind::Na, 1),
        Some(status::NO_ADDRS_AVAIL)
    );
    assert_eq!(
        nowhere.status_of(IaKind::Pd, 4),
        Some(status::NO_PREFIX_AVAIL)
    );
    assert_eq!(rows::lease6(&scene.world.leases).len(), 1);
}

fn a_prefix_comes_without_the_part_that_is_excluded(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        server["subnet6"][1]["pd-pools"] = json!([{
            "prefix": "2001:db8:1:8000::", "prefix-len": 56, "delegated-len": 64,
            "excluded-prefix": "2001:db8:1:8000:cafe:80::", "excluded-prefix-len": 72,
        }]);
    });
    let excluded = |number, asked: bool| {
        let mut message = Client::new(number).message(Solicit);
        message.ia_pd(1, 0, 0, |_| {});
        if asked {
            message.option(code::ORO, &code::PD_EXCLUDE.to_be_bytes());
        }
        let advertise = scene.relay.ask(message);
        let message = advertise.message();
        let ia = message.options.ias().next().unwrap();
        let prefix = ia.prefixes().next().unwrap();
        prefix.options.get(code::PD_EXCLUDE).map(<[u8]>::to_vec)
    };
    assert_eq!(excluded(1, true), Some(vec![72, 0xca]));
    assert_eq!(excluded(2, false), None);
}

fn another_servers_clients_are_left_to_it(engine: Engine) {
    let scene = Scene6::new(engine);
    let client = Client::new(1);
    for kind in [
        Request,
        MessageType::Renew,
        MessageType::Release,
        MessageType::Decline,
    ] {
        let mut message = client.message(kind);
        message.option(code::SERVER_ID, &[0, 3, 0, 1, 9, 9, 9, 9, 9, 9]);
        message.ia_na(1, 0, 0, |_| {});
        scene.ignored("other-server", message);
    }
    scene.worker.says("DHCP6_PACKET_DROP_SERVERID_MISMATCH");
    let mut inform = client.message(InformationRequest);
    inform.option(code::SERVER_ID, &[0, 3, 0, 1, 9, 9, 9, 9, 9, 9]);
    scene.ignored("other-server", inform);
    assert_eq!(rows::lease6(&scene.world.leases), []);
    assert_eq!(scene.counted().without_answer("other-server"), 5);
}

fn messages_without_what_they_need_are_ignored(engine: Engine) {
    let scene = Scene6::new(engine);
    let client = Client::new(1);
    let server = scene.relay.ask(solicit(&client)).option(code::SERVER_ID);
    let mut nameless = Builder::new(Solicit, [1, 2, 3]);
    nameless.ia_na(1, 0, 0, |_| {});
    scene.ignored("insane", nameless);
    // These go to all servers, those to one.
    for kind in [Solicit, MessageType::Confirm, Rebind] {
        let mut message = client.message(kind);
        message.option(code::SERVER_ID, &server);
        message.ia_na(1, 0, 0, |_| {});
        scene.ignored("insane", message);
    }
    for kind in [
        Request,
        MessageType::Renew,
        MessageType::Release,
        MessageType::Decline,
    ] {
        let mut message = client.message(kind);
        message.ia_na(1, 0, 0, |_| {});
        scene.ignored("insane", message);
    }
    let mut stateful = client.message(InformationRequest);
    stateful.ia_na(1, 0, 0, |_| {});
    scene.ignored("insane", stateful);
    for kind in [Advertise, Reply, MessageType::Reconfigure] {
        scene.ignored("not-a-query", client.message(kind));
    }
    let counted = scene.counted();
    assert_eq!(counted.without_answer("insane"), 9);
    assert_eq!(counted.without_answer("not-a-query"), 3);
}

fn what_must_be_multicast_is_ignored_when_it_is_not(engine: Engine) {
    let scene = Scene6::new(engine);
    let direct = Relay::none(&scene.world.client, "2001:db8:1::2", world::SERVER6);
    let client = Client::new(1);
    for kind in [Solicit, MessageType::Confirm, Rebind] {
        let mut message = client.message(kind);
        message.ia_na(1, 0, 0, |_| {});
        scene.ignored_by(&direct, "unicast", message);
    }
    scene.ignored_by(&direct, "unicast", client.message(InformationRequest));
    scene.worker.says("DHCP6_PACKET_DROP_UNICAST");

    // What goes to one server may be sent to its address.
    let server = scene.relay.ask(solicit(&client));
    let mut request = client.to_server(Request, &server);
    request.ia_na(1, 0, 0, |_| {});
    let reply = direct.ask(request);
    assert_eq!(reply.kind(), Reply);
    let renewed = direct.ask(client.with_leases(MessageType::Renew, &reply));
    assert_eq!(renewed.held(), reply.held());
    assert_eq!(
        rows::of6(&scene.world.leases, reply.held()[0].address).subnet_id,
        1
    );
    let released = direct.ask(client.with_leases(MessageType::Release, &reply));
    assert_eq!(released.status(), Some(status::SUCCESS));
    assert_eq!(scene.counted().without_answer("unicast"), 4);
}

fn a_hardware_address_that_cannot_be_one_is_not_kept(engine: Engine) {
    let mut scene = Scene6::new(engine);
    // Without a pattern, as an index would take a compressed value.
    let noise = (0..6000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8);
    let noise: Vec<u8> = [0, 1].into_iter().chain(noise).collect();
    scene.relay.options = vec![(code::CLIENT_LINKLAYER_ADDR, noise)];
    let mut client = Client::new(1);
    client.duid = [&[0, 3, 0, 1][..], &[7; 100]].concat();
    client.lease(&scene.relay, true);
    let lengths = scene
        .world
        .leases
        .query("SELECT coalesce(max(length(hwaddr)), 0) FROM lease6");
    assert_eq!(lengths, [["0"]]);
}
