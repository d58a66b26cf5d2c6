//! Lease caching: who asks again soon is told its lease, and the database counts no write.

use murre_tests::hand4::Client;
use murre_tests::{Engine, Leases, Scene4, on_every_engine, rows};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Request};
use murre_wire::dhcp4::code;
use serde_json::json;

on_every_engine!(
    a_young_lease_is_told_again_without_a_write,
    what_is_not_young_or_not_the_same_is_written,
    an_offer_that_is_a_row_becomes_a_lease_all_the_same,
);

/// Something that differs once `lease4` was written, as each engine counts it.
struct Writes<'l>(&'l Leases);

impl<'l> Writes<'l> {
    fn begin(leases: &'l Leases) -> Self {
        if leases.engine() == Engine::Sqlite {
            leases.query("CREATE TABLE written (n INTEGER)");
            for change in ["INSERT", "UPDATE", "DELETE"] {
                leases.query(&format!(
                    "CREATE TRIGGER count_{change} AFTER {change} ON lease4 BEGIN INSERT INTO written VALUES (1); END"
                ));
            }
        }
        if leases.engine() == Engine::Mariadb {
            leases.query("SET GLOBAL userstat = 1");
        }
        Self(leases)
    }

    fn so_far(&self) -> Vec<Vec<String>> {
        self.0.query(match self.0.engine() {
            // The transaction that wrote each row.
            Engine::Postgresql => "SELECT address, xmin FROM lease4 ORDER BY address",
            Engine::Mariadb => {
                "SELECT rows_changed FROM information_schema.table_statistics \
                 WHERE table_schema = database() AND table_name = 'lease4'"
            }
            Engine::Sqlite => "SELECT count(*) FROM written",
        })
    }
}

fn scene(engine: Engine) -> Scene4 {
    Scene4::with(engine, |server| {
        server["cache-threshold"] = json!(0.5);
        server["cache-max-age"] = json!(300);
        server["client-classes"] = json!([
            { "name": "short", "test": "option[60].hex == 'short'", "valid-lifetime": 100 }
        ]);
    })
}

fn a_young_lease_is_told_again_without_a_write(engine: Engine) {
    let scene = scene(engine);
    let writes = Writes::begin(&scene.world.leases);
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    let (before, row) = (writes.so_far(), rows::of4(&scene.world.leases, address));
    for _ in 0..3 {
        let ack = scene.relay.ask(&mut client.having(Request, address));
        assert_eq!((ack.kind(), ack.yiaddr()), (Ack, address));
        let told = ack.seconds(code::LEASE_TIME).unwrap();
        assert!((595..=600).contains(&told), "{told}");
        assert_eq!(client.lease(&scene.relay), address);
    }
    assert_eq!(writes.so_far(), before);
    assert_eq!(rows::of4(&scene.world.leases, address).expire, row.expire);
    // The counter counts.
    Client::new(2).lease(&scene.relay);
    assert_ne!(writes.so_far(), before);
}

fn what_is_not_young_or_not_the_same_is_written(engine: Engine) {
    let scene = scene(engine);
    let client = Client::new(1);
    let address = client.lease(&scene.relay);
    let leases = &scene.world.leases;
    leases.query(match engine {
        Engine::Postgresql => "UPDATE lease4 SET expire = expire - interval '301 seconds'",
        Engine::Mariadb => "UPDATE lease4 SET expire = expire - INTERVAL 301 SECOND",
        Engine::Sqlite => "UPDATE lease4 SET expire = expire - 301",
    });
    let aged = rows::of4(leases, address).expire;
    let ack = scene.relay.ask(&mut client.having(Request, address));
    assert_eq!(ack.kind(), Ack);
    assert!(
        rows::of4(leases, address).expire > aged + 200,
        "older than five minutes"
    );

    let before = rows::of4(leases, address);
    let mut shorter = client.having(Request, address);
    shorter.option(code::VENDOR_CLASS_IDENTIFIER, b"short");
    let ack = scene.relay.ask(&mut shorter);
    assert_eq!(ack.seconds(code::LEASE_TIME), Some(100));
    // What was told a moment ago is kept (a lease younger than a minute gets no shorter).
    assert!(rows::of4(leases, address).expire >= before.expire);

    let mut named = client.having(Request, address);
    named.option(code::HOST_NAME, b"name");
    assert_eq!(scene.relay.ask(&mut named).kind(), Ack);
    let hostname = leases.query("SELECT hostname FROM lease4");
    assert_eq!(hostname, [["name"]], "another name is written");
}

fn an_offer_that_is_a_row_becomes_a_lease_all_the_same(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["cache-threshold"] = json!(1.0);
        server["offer-lifetime"] = json!(30);
    });
    let client = Client::new(1);
    let offer = scene.relay.ask(&mut client.message(Discover));
    assert_eq!(rows::of4(&scene.world.leases, offer.yiaddr()).valid, 30);
    let ack = scene.relay.ask(&mut client.take(&offer));
    assert!(ack.seconds(code::LEASE_TIME) > Some(590), "{ack:?}");
    assert_eq!(rows::of4(&scene.world.leases, offer.yiaddr()).valid, 600);
}
