//! What DHCPv6 answers carry.

use murre_tests::hand6::{Client, Relay};
use murre_tests::rows;
use murre_tests::{Engine, Scene6, on_every_engine, world};
use murre_wire::dhcp6::MessageType::{InformationRequest, Reply, Solicit};
use murre_wire::dhcp6::{Builder, code};
use serde_json::json;

on_every_engine!(
    options_are_delivered_as_asked_always_and_never,
    options_alone_need_no_subnet_and_leave_no_trace,
);

const SNTP: u16 = 31;

fn asking(message: &mut Builder, codes: &[u16]) {
    let octets: Vec<u8> = codes.iter().flat_map(|code| code.to_be_bytes()).collect();
    message.option(code::ORO, &octets);
}

fn octets(address: &str) -> Vec<u8> {
    let address: std::net::Ipv6Addr = address.parse().unwrap();
    address.octets().to_vec()
}

fn options_are_delivered_as_asked_always_and_never(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        server["option-data"] = json!([
            { "name": "preference", "data": "200", "always-send": true },
            { "name": "dns-servers", "data": "2001:db8::53" },
            { "name": "sntp-servers", "data": "2001:db8::123", "never-send": true },
            { "name": "domain-search", "data": "example.org" },
        ]);
        server["subnet6"][1]["option-data"] = json!([]);
        server["subnet6"][1]["pools"][0]["option-data"] =
            json!([{ "name": "dns-servers", "data": "2001:db8:2::53" }]);
    });
    let mut solicit = Client::new(1).message(Solicit);
    solicit.ia_na(1, 0, 0, |_| {});
    asking(&mut solicit, &[code::DNS_SERVERS, SNTP]);
    let advertise = scene.relay.ask(solicit);
    assert_eq!(advertise.option(code::PREFERENCE), [200]);
    // The pool over the global value.
    assert_eq!(
        advertise.option(code::DNS_SERVERS),
        octets("2001:db8:2::53")
    );
    assert_eq!(advertise.get(SNTP), None);
    assert_eq!(advertise.get(code::DOMAIN_SEARCH), None);
}

fn options_alone_need_no_subnet_and_leave_no_trace(engine: Engine) {
    let scene = Scene6::with(engine, |server| {
        server["option-data"] = json!([{ "name": "sntp-servers", "data": "2001:db8::123" }]);
    });
    let inform = |client: Option<&Client>| {
        let mut message = match client {
            Some(client) => client.message(InformationRequest),
            None => Builder::new(InformationRequest, [7, 7, 7]),
        };
        asking(&mut message, &[code::DNS_SERVERS, SNTP]);
        message
    };
    let client = Client::new(1);
    for (message, client) in [(inform(Some(&client)), Some(&client)), (inform(None), None)] {
        let reply = scene.relay.ask(message);
        assert_eq!(reply.kind(), Reply);
        assert_eq!(
            reply.get(code::CLIENT_ID).as_ref(),
            client.map(|client| &client.duid)
        );
        assert_eq!(reply.option(code::DNS_SERVERS), octets("2001:db8:2::53"));
        assert_eq!(reply.option(SNTP), octets("2001:db8::123"));
    }

    let mut lost = Relay::at(&scene.world.client, "2001:db8:1::2", world::SERVER6);
    lost.link = "2001:db8:77::1".parse().unwrap();
    let nowhere = lost.ask(inform(Some(&client)));
    assert_eq!(nowhere.option(SNTP), octets("2001:db8::123"));
    assert_eq!(nowhere.get(code::DNS_SERVERS), None);
    assert_eq!(rows::lease6(&scene.world.leases), []);
}
