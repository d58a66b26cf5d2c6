//! What relays say of clients, kept with leases (manual dhcp4-srv.rst:4410-4463).

use std::net::Ipv4Addr;

use murre_tests::hand4::{Client, Relay};
use murre_tests::{Engine, Scene4, on_every_engine};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Nak, Request};
use murre_wire::dhcp4::code;
use serde_json::{Value, json};

on_every_engine!(
    what_the_relay_says_is_kept_until_it_says_something_else,
    only_subnets_that_ask_for_it_keep_what_the_relay_says,
    a_renewal_past_the_relay_is_looked_at_with_what_the_relay_said,
);

/// Remote identifier and relay identifier.
const INFO: &[u8] = &[2, 3, 1, 2, 3, 12, 3, 0xaa, 0xbb, 0xcc];

fn renew(scene: &Scene4, client: &Client, address: Ipv4Addr, info: Option<&[u8]>) {
    let mut request = client.having(Request, address);
    if let Some(info) = info {
        request.option(code::AGENT_OPTIONS, info);
    }
    assert_eq!(scene.relay.ask(&mut request).kind(), Ack);
}

/// The one lease's context.
fn context(scene: &Scene4) -> String {
    let rows = scene
        .world
        .leases
        .query("SELECT coalesce(user_context, 'none') FROM lease4");
    rows[0][0].clone()
}

fn what_the_relay_says_is_kept_until_it_says_something_else(engine: Engine) {
    let scene = Scene4::with(engine, |server| server["store-extended-info"] = json!(true));
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    assert_eq!(context(&scene), "none", "the relay said nothing");
    renew(&scene, &client, address, Some(INFO));
    let first = r#"{ "ISC": { "relay-agent-info": { "sub-options": "0x02030102030C03AABBCC", "remote-id": "010203", "relay-id": "AABBCC" } } }"#;
    assert_eq!(context(&scene), first);
    renew(&scene, &client, address, None);
    assert_eq!(context(&scene), first, "a renewal past the relay");
    let columns = "SELECT 1 FROM lease4 WHERE length(remote_id) = 3 AND length(relay_id) = 3";
    assert_eq!(scene.world.leases.query(columns).len(), 1);

    // What somebody else wrote there stays.
    scene
        .world
        .leases
        .query(r#"UPDATE lease4 SET user_context = '{ "rack": 7, "ISC": { "comment": "x" } }'"#);
    renew(&scene, &client, address, Some(&[1, 2, 0xab, 0xcd]));
    let now: Value = serde_json::from_str(&context(&scene)).unwrap();
    let info = json!({ "relay-agent-info": { "sub-options": "0x0102ABCD" } });
    assert_eq!(now, json!({ "rack": 7, "ISC": info }));
    let columns = "SELECT 1 FROM lease4 WHERE remote_id IS NULL AND relay_id IS NULL";
    assert_eq!(scene.world.leases.query(columns).len(), 1);
}

fn only_subnets_that_ask_for_it_keep_what_the_relay_says(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["store-extended-info"] = json!(true);
        server["subnet4"][1]["store-extended-info"] = json!(false);
    });
    let client = Client::new(1);
    let mut discover = client.message(Discover);
    discover.option(code::AGENT_OPTIONS, INFO);
    let address = scene.relay.ask(&mut discover).yiaddr();
    renew(&scene, &client, address, Some(INFO));
    assert_eq!(context(&scene), "none");
}

fn a_renewal_past_the_relay_is_looked_at_with_what_the_relay_said(engine: Engine) {
    for stash in [true, false] {
        let scene = Scene4::with(engine, |server| {
            server["store-extended-info"] = json!(true);
            server["stash-agent-options"] = json!(stash);
            server["client-classes"] = json!([{
                "name": "seventh", "test": "relay4[2].hex == 0x010203",
                "option-data": [{ "name": "domain-name", "data": "seventh.example" }]
            }]);
        });
        let client = Client::new(1);
        let told = |message: &mut murre_wire::dhcp4::Builder, relay: &Relay| {
            message.option(code::PARAMETER_REQUEST_LIST, &[code::DOMAIN_NAME]);
            let ack = relay.ask(message);
            assert_eq!(ack.kind(), Ack);
            (ack.get(code::DOMAIN_NAME), ack.get(code::AGENT_OPTIONS))
        };
        let address = client.lease(&scene.relay);
        let mut relayed = client.having(Request, address);
        relayed.option(code::AGENT_OPTIONS, INFO);
        let of_class = Some(b"seventh.example".to_vec());
        let said = told(&mut relayed, &scene.relay);
        assert_eq!(said, (of_class.clone(), Some(INFO.to_vec())));

        let namespace = &scene.world.client;
        namespace.add_address("cli0", &format!("{address}/8"));
        let direct = Relay::none(namespace, address, "192.0.2.1");
        let kept = context(&scene);
        let said = told(&mut client.having(Request, address), &direct);
        assert_eq!(said, (of_class.filter(|_| stash), None), "{stash}");
        assert_eq!(context(&scene), kept);
        // Somebody else at that address is not taken for its client.
        let nak = direct.ask(&mut Client::new(2).having(Request, address));
        assert_eq!((nak.kind(), nak.get(code::DOMAIN_NAME)), (Nak, None));
    }
}
