//! What DHCPv4 answers carry: options, fixed fields, times.

use std::net::Ipv4Addr;

use murre_tests::hand4::{Answer, Client};
use murre_tests::rows;
use murre_tests::{Engine, Scene4, on_every_engine};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Inform};
use murre_wire::dhcp4::code;
use serde_json::{Value, json};

on_every_engine!(
    options_are_delivered_as_asked_always_and_never,
    options_hold_options_and_vendors_have_their_own,
    classes_of_several_vendors_are_an_option_each,
    long_options_are_split_and_what_does_not_fit_overflows_into_the_header,
    fixed_fields_come_from_the_subnet_or_from_above,
    lifetimes_are_chosen_within_their_bounds,
    timers_are_calculated_or_left_out,
    inform_is_answered_to_the_client_and_leaves_no_trace,
);

const NTP: u8 = 42;
const LOG: u8 = 7;
const ROOT_PATH: u8 = 17;

/// OFFER to a new client that asks for these options.
fn offered(scene: &Scene4, number: u32, asked: &[u8]) -> Answer {
    let mut discover = Client::new(number).message(Discover);
    discover.option(code::PARAMETER_REQUEST_LIST, asked);
    scene.relay.ask(&mut discover)
}

fn options_are_delivered_as_asked_always_and_never(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["option-data"] = json!([
            { "name": "domain-name", "data": "example.org" },
            { "name": "ntp-servers", "data": "192.0.2.123" },
            { "name": "log-servers", "data": "192.0.2.7", "always-send": true },
            { "name": "root-path", "data": "/srv", "never-send": true, "always-send": true },
            { "name": "subnet-mask", "never-send": true },
            { "name": "domain-name-servers", "data": "203.0.113.53" },
        ]);
        let subnet = &mut server["subnet4"][1];
        subnet["option-data"] = json!([
            { "name": "routers", "data": "10.0.0.254, 10.0.0.253" },
            { "name": "domain-name-servers", "data": "10.0.0.53" },
        ]);
        subnet["pools"][0]["option-data"] =
            json!([{ "name": "domain-name-servers", "data": "10.1.0.53" }]);
    });
    let plain = offered(&scene, 1, &[]);
    assert_eq!(plain.option(code::ROUTERS), [10, 0, 0, 254, 10, 0, 0, 253]);
    // The pool over the subnet over the global value.
    assert_eq!(plain.option(code::DOMAIN_NAME_SERVERS), [10, 1, 0, 53]);
    assert_eq!(plain.option(code::DOMAIN_NAME), b"example.org");
    assert_eq!(plain.option(code::SUBNET_MASK), [255, 0, 0, 0]);
    assert_eq!(plain.option(code::SERVER_IDENTIFIER), [192, 0, 2, 1]);
    assert_eq!(plain.option(LOG), [192, 0, 2, 7]);
    assert_eq!((plain.get(NTP), plain.get(ROOT_PATH)), (None, None));

    let asking = offered(&scene, 2, &[NTP, ROOT_PATH, code::ROUTERS]);
    assert_eq!(asking.option(NTP), [192, 0, 2, 123]);
    assert_eq!(asking.get(ROOT_PATH), None);
}

fn long_options_are_split_and_what_does_not_fit_overflows_into_the_header(engine: Engine) {
    let long = "x".repeat(300);
    let scene = Scene4::with(engine, |server| {
        server["option-data"] = json!([
            { "name": "root-path", "data": long },
            { "name": "merit-dump", "data": "m".repeat(200) },
            { "name": "nis-domain", "data": "n".repeat(100) },
        ]);
    });
    let mut discover = Client::new(1).message(Discover);
    discover.option(code::PARAMETER_REQUEST_LIST, &[ROOT_PATH]);
    discover.option(code::MAX_MESSAGE_SIZE, &1400u16.to_be_bytes());
    let large = scene.relay.ask(&mut discover);
    assert_eq!(large.option(ROOT_PATH), long.as_bytes());
    let message = large.message();
    let parts = message.options().filter(|(code, _)| *code == ROOT_PATH);
    let lengths: Vec<usize> = parts.map(|(_, data)| data.len()).collect();
    assert_eq!(lengths, [255, 45]);

    // 300 bytes for options are what any client takes; more goes into sname and file.
    let small = offered(&scene, 2, &[14, 40]);
    assert_eq!(small.option(14), [b'm'; 200]);
    assert_eq!(small.option(40), [b'n'; 100]);
    assert!(small.message().overloads_file());
    assert_eq!(offered(&scene, 3, &[ROOT_PATH]).get(ROOT_PATH), None);
}

fn fixed_fields_come_from_the_subnet_or_from_above(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["next-server"] = json!("192.0.2.69");
        server["server-hostname"] = json!("above");
        server["boot-file-name"] = json!("/above");
        server["subnet4"][1]["boot-file-name"] = json!("/subnet");
    });
    let client = Client::new(1);
    let offer = scene.relay.ask(&mut client.message(Discover));
    let ack = scene.relay.ask(&mut client.take(&offer));
    for answer in [offer, ack] {
        let message = answer.message();
        assert_eq!(message.siaddr(), Ipv4Addr::new(192, 0, 2, 69));
        assert!(message.sname().starts_with(b"above\0"));
        assert!(message.file().starts_with(b"/subnet\0"));
    }
}

fn lifetimes_are_chosen_within_their_bounds(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["min-valid-lifetime"] = json!(1000);
        server["valid-lifetime"] = json!(2000);
        server["max-valid-lifetime"] = json!(3000);
    });
    let cases = [
        (None, 2000),
        (Some(1500u32), 1500),
        (Some(10), 1000),
        (Some(u32::MAX), 3000),
    ];
    for (number, (asked, expected)) in (1..).zip(cases) {
        let client = Client::new(number);
        let offer = scene.relay.ask(&mut client.message(Discover));
        let mut request = client.take(&offer);
        if let Some(asked) = asked {
            request.option(code::LEASE_TIME, &asked.to_be_bytes());
        }
        let ack = scene.relay.ask(&mut request);
        rows::told(ack.seconds(code::LEASE_TIME), expected);
        assert_eq!(rows::of4(&scene.world.leases, ack.yiaddr()).valid, expected);
        // T1 and T2 as configured: both lie within.
        assert_eq!(ack.seconds(code::RENEWAL_TIME), Some(2));
        assert_eq!(ack.seconds(code::REBINDING_TIME), Some(400));
    }
}

fn timers_are_calculated_or_left_out(engine: Engine) {
    let times = |change: &dyn Fn(&mut Value)| {
        let scene = Scene4::with(engine, |server| {
            let map = server.as_object_mut().unwrap();
            map.remove("renew-timer");
            map.remove("rebind-timer");
            change(server);
        });
        let offer = offered(&scene, 1, &[]);
        [code::RENEWAL_TIME, code::REBINDING_TIME].map(|code| offer.seconds(code))
    };
    assert_eq!(times(&|_| {}), [None, None]);
    let calculated = |server: &mut Value| server["calculate-tee-times"] = json!(true);
    assert_eq!(times(&calculated), [Some(300), Some(525)]);
    // T2 behind the end of the lease is not told.
    let late = |server: &mut Value| {
        server["renew-timer"] = json!(100);
        server["rebind-timer"] = json!(600);
    };
    assert_eq!(times(&late), [Some(100), None]);
}

fn inform_is_answered_to_the_client_and_leaves_no_trace(engine: Engine) {
    // A subnet for this alone needs no pools.
    let scene = Scene4::with(engine, |server| server["subnet4"][0]["pools"] = json!([]));
    let namespace = &scene.world.client;
    let own = Ipv4Addr::new(192, 0, 2, 77);
    namespace.add_address("cli0", "192.0.2.77/24");
    let direct = murre_tests::hand4::Relay::none(namespace, own, "192.0.2.1");
    let told = |ack: &Answer| {
        assert_eq!((ack.kind(), ack.yiaddr()), (Ack, Ipv4Addr::UNSPECIFIED));
        assert_eq!(ack.message().ciaddr(), own);
        assert_eq!(ack.get(code::LEASE_TIME), None);
        assert_eq!(ack.get(code::RENEWAL_TIME), None);
    };
    let ack = direct.ask(&mut Client::of(namespace).having(Inform, own));
    told(&ack);
    assert_eq!(ack.option(code::ROUTERS), [192, 0, 2, 254]);

    // Relayed, the answer goes to the client all the same, and past the relay.
    let mut relayed = Client::new(2).having(Inform, own);
    scene.relay.send(&mut relayed);
    let ack = direct.answer_to(&relayed, std::time::Duration::from_secs(5));
    let ack = ack.expect("it comes to the client itself");
    told(&ack);
    assert_eq!(ack.option(code::ROUTERS), [10, 0, 0, 254], "by its relay");

    // One that does not say which address it has is known by where it sends from.
    let ack = direct.ask(&mut Client::of(namespace).message(Inform));
    assert_eq!(ack.kind(), Ack);
    assert_eq!(ack.option(code::ROUTERS), [192, 0, 2, 254]);
    assert_eq!(rows::lease4(&scene.world.leases), []);
}

fn options_hold_options_and_vendors_have_their_own(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["option-def"] = json!([
            { "name": "inside", "code": 1, "space": "isc", "type": "uint16" },
            { "name": "container", "code": 222, "type": "uint8", "encapsulate": "isc" },
            { "name": "cookie", "code": 1, "space": "vendor-encapsulated-options-space", "type": "string" },
            { "name": "tag", "code": 22, "space": "vendor-2234", "type": "string" },
            { "name": "url", "code": 11, "space": "vendor-3561", "type": "string" },
        ]);
        server["option-data"] = json!([
            { "name": "inside", "space": "isc", "data": "258" },
            { "name": "container", "data": "9" },
            { "name": "cookie", "space": "vendor-encapsulated-options-space", "data": "ab" },
            { "name": "vendor-encapsulated-options" },
            { "name": "vivso-suboptions", "data": "2234" },
            { "name": "vivso-suboptions", "data": "3561" },
            { "name": "tag", "space": "vendor-2234", "data": "t", "always-send": true },
            { "name": "url", "space": "vendor-3561", "data": "u" },
            { "name": "tftp-servers", "space": "vendor-4491", "data": "10.0.0.69" },
        ]);
    });
    let vendors = code::VIVSO_SUBOPTIONS;
    let asking = offered(
        &scene,
        1,
        &[222, code::VENDOR_ENCAPSULATED_OPTIONS, vendors],
    );
    assert_eq!(asking.option(222), [9, 1, 2, 1, 2]);
    assert_eq!(
        asking.option(code::VENDOR_ENCAPSULATED_OPTIONS),
        [1, 2, b'a', b'b']
    );
    // Nobody can ask for a single option of these vendors.
    let tagged = [0, 0, 0x08, 0xba, 3, 22, 1, b't'];
    assert_eq!(
        asking.option(vendors),
        [&tagged[..], &[0, 0, 0x0d, 0xe9, 0]].concat()
    );

    let plain = offered(&scene, 2, &[]);
    assert_eq!((plain.get(vendors), plain.get(222)), (None, None));

    // DOCSIS asks inside of its own block; who names a vendor gets what is always sent to it.
    let naming = |number, block: &[u8]| {
        let mut discover = Client::new(number).message(Discover);
        discover.option(vendors, block);
        scene.relay.ask(&mut discover).get(vendors)
    };
    let modem = naming(3, &[0, 0, 0x11, 0x8b, 3, 1, 1, 2]);
    assert_eq!(modem.unwrap(), [0, 0, 0x11, 0x8b, 6, 2, 4, 10, 0, 0, 69]);
    assert_eq!(naming(4, &[0, 0, 0x11, 0x8b, 3, 9, 1, 2]), None);
    assert_eq!(naming(5, &[0, 0, 0x08, 0xba, 0]).unwrap(), tagged);
    assert_eq!(naming(6, &[0, 0, 0x0d, 0xe9, 0]), None);
}

fn classes_of_several_vendors_are_an_option_each(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["option-data"] = json!([
            { "name": "vivco-suboptions", "always-send": true, "data": "1234, 03666f6f" },
            { "name": "vivco-suboptions", "always-send": true, "data": "5678, 03626172" },
        ]);
        server["subnet4"][1]["option-data"] = json!([
            { "name": "vivco-suboptions", "always-send": true, "data": "5678, 0162" },
        ]);
    });
    let offer = offered(&scene, 1, &[]);
    let message = offer.message();
    let parts = message.options();
    let parts = parts.filter(|(code, _)| *code == code::VIVCO_SUBOPTIONS);
    let mut parts: Vec<_> = parts.map(|(_, data)| data.to_vec()).collect();
    parts.sort();
    // The subnet's hides that of the same vendor alone.
    let [first, second] = [&b"\0\0\x04\xd2\x03foo"[..], b"\0\0\x16\x2e\x01b"];
    assert_eq!(parts, [first, second]);
}
