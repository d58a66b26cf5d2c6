//! The database is away, refuses, or is full.

use std::fs::File;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use murre_harness::database::{self, Server, ServerOptions};
use murre_harness::{process, rundir};
use murre_tests::hand4::{Client, Relay};
use murre_tests::worker::{self, Launch};
use murre_tests::{
    Engine, Leases, Scene4, Worker, World, config, hand6, on_engines, on_every_engine,
    on_every_server, rows,
};
use murre_wire::dhcp4::MessageType::{Ack, Discover, Inform, Offer};
use serde_json::{Value, json};

/// Long enough for a query to be taken up.
const SOON: Duration = Duration::from_millis(200);

on_every_server!(
    a_worker_waits_for_a_database_that_is_not_there_yet,
    without_its_database_a_worker_is_silent_and_recovers_by_itself,
    a_database_that_vanishes_without_a_word_is_given_up_within_seconds,
    a_worker_gives_up_its_database_after_as_many_tries_as_it_may,
    service_that_needs_no_lease_goes_on_where_on_fail_says_so,
    a_worker_ends_although_its_database_is_silent,
    a_wrong_password_is_told_as_such,
    without_a_host_and_a_password_it_is_this_machine_and_none,
    a_database_that_does_not_answer_is_given_up_after_the_connect_timeout,
    a_server_that_may_lose_what_it_acknowledged_is_warned_of,
    a_database_that_is_not_there_at_start_ends_a_worker_that_shall_not_wait,
);
on_every_engine!(
    an_unusable_database_is_named_by_the_deep_test,
    a_database_with_other_tables_is_refused_and_left_alone,
);
on_engines!([sqlite = Sqlite]
    a_worker_waits_for_a_folder_that_is_not_there_yet,
    a_file_that_is_removed_or_replaced_gets_no_leases_that_nobody_finds,
    on_a_full_disk_nothing_is_acknowledged_that_is_not_stored
);

fn a_worker_waits_for_a_database_that_is_not_there_yet(engine: Engine) {
    let server = engine.own_server();
    let world = World::by_hand_on(Leases::Server(server.fresh()));
    server.stop();
    let config = config::both(&world.leases);
    let worker = Worker::launch(&world.server, &config, &Launch::default());
    let line = worker.says("DHCP4_DATABASE_FAIL");
    assert!(line.contains("'murre_"), "it names the database: {line}");
    server.start();
    worker.wait_until_serving(0);
    Client::new(1).lease(&Relay::new(&world.client));
    hand6::Client::new(1).lease(&hand6::Relay::new(&world.client), true);
}

fn without_its_database_a_worker_is_silent_and_recovers_by_itself(engine: Engine) {
    let server = engine.own_server();
    let scene = Scene4::on(Leases::Server(server.fresh()), |_| {});
    let (client, other) = (Client::new(1), Client::new(2));
    let address = client.lease(&scene.relay);
    let offer = scene.relay.ask(&mut other.message(Discover));

    server.stop();
    let mark = scene.worker.mark();
    scene.ignored("database", &mut other.take(&offer));
    scene.ignored(
        "database",
        &mut client.having(murre_wire::dhcp4::MessageType::Request, address),
    );
    scene.ignored("database", &mut Client::new(3).message(Discover));
    // Not even who needs no lease is answered: another worker may have its database.
    scene.ignored("database", &mut Client::new(4).having(Inform, address));
    scene.worker.says_after(mark, "DHCP4_DATABASE_FAIL");
    scene
        .worker
        .says_after(mark, "DHCP4_DB_RECONNECT_LOST_CONNECTION");

    server.start();
    scene
        .worker
        .says_after(mark, "DHCP4_DB_RECONNECT_SUCCEEDED");
    assert_eq!(scene.relay.ask(&mut other.take(&offer)).kind(), Ack);
    assert_eq!(
        scene.relay.ask(&mut client.reboot(address)).yiaddr(),
        address
    );
    let held: Vec<_> = rows::lease4(&scene.world.leases)
        .iter()
        .map(|row| row.address)
        .collect();
    let mut expected = vec![address, offer.yiaddr()];
    expected.sort_unstable();
    assert_eq!(held, expected);
    assert!(scene.counted().without_answer("database") >= 3);
}

/// Connections stand, and nothing comes on them: no FIN, no RST.
fn a_database_that_vanishes_without_a_word_is_given_up_within_seconds(engine: Engine) {
    let server = engine.own_server();
    let scene = Scene4::on(Leases::Server(server.fresh()), |_| {});
    let client = Client::new(1);
    let address = client.lease(&scene.relay);

    server.freeze();
    let mark = scene.worker.mark();
    let started = Instant::now();
    // One per lane for lookups: a lane that has no connection yet finds out sooner.
    for number in [2, 3] {
        let mut discover = Client::new(number).message(Discover);
        scene.relay.send(&mut discover);
        assert!(scene.relay.answer_to(&discover, SOON).is_none());
    }
    let line = scene.worker.says_after(mark, "no answer within 10 s");
    assert!(line.contains("DHCP4_DATABASE_FAIL"), "{line}");
    scene
        .worker
        .says_after(mark, "DHCP4_DB_RECONNECT_LOST_CONNECTION");
    assert!(started.elapsed() < Duration::from_secs(15));

    server.thaw();
    scene
        .worker
        .says_after(mark, "DHCP4_DB_RECONNECT_SUCCEEDED");
    let again = scene.relay.ask(&mut client.reboot(address));
    assert_eq!((again.kind(), again.yiaddr()), (Ack, address));
}

fn a_worker_gives_up_its_database_after_as_many_tries_as_it_may(engine: Engine) {
    for (tries, pause) in [(2, 50), (0, 50), (2, 0)] {
        let server = engine.own_server();
        let scene = Scene4::on(Leases::Server(server.fresh()), |server| {
            server["lease-database"]["max-reconnect-tries"] = json!(tries);
            server["lease-database"]["reconnect-wait-time"] = json!(pause);
        });
        server.stop();
        scene.relay.send(&mut Client::new(1).message(Discover));
        let status = scene.worker.wait(Duration::from_secs(30)).expect("it ends");
        assert_eq!(status.code(), Some(1));
        let line = scene.worker.says("DHCP4_DB_RECONNECT_FAILED");
        let tried = if pause == 0 { 0 } else { tries };
        assert!(line.contains(&format!(" {tried} tries")), "{line}");
    }
}

fn a_worker_ends_although_its_database_is_silent(engine: Engine) {
    let scene = Scene4::new(engine);
    let leases = scene.world.leases.clone();
    let lock = match engine {
        Engine::Postgresql => {
            "BEGIN; LOCK TABLE lease4 IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)"
        }
        _ => "LOCK TABLES lease4 WRITE; SELECT SLEEP(60)",
    };
    std::thread::spawn(move || leases.query(lock));
    // Until the lock is there.
    let silent = (0..).find(|number| {
        let mut discover = Client::new(*number).message(Discover);
        scene.relay.send(&mut discover);
        let answer = scene.relay.answer_to(&discover, Duration::from_millis(200));
        answer.is_none()
    });
    assert!(silent.is_some());
    let started = Instant::now();
    scene.worker.stop();
    assert!(started.elapsed() < Duration::from_secs(20));
}

fn service_that_needs_no_lease_goes_on_where_on_fail_says_so(engine: Engine) {
    let server = engine.own_server();
    let scene = Scene4::on(Leases::Server(server.fresh()), |server| {
        server["lease-database"]["on-fail"] = json!("serve-retry-continue");
        server["lease-database"]["max-reconnect-tries"] = json!(1);
        server["lease-database"]["reconnect-wait-time"] = json!(50);
    });
    let namespace = &scene.world.client;
    let own = Ipv4Addr::new(192, 0, 2, 77);
    namespace.add_address("cli0", "192.0.2.77/24");
    let direct = Relay::none(namespace, own, "192.0.2.1");
    server.stop();
    scene.ignored("database", &mut Client::new(1).message(Discover));
    scene.worker.says("DHCP4_DB_RECONNECT_LOST_CONNECTION");
    let told = direct.ask(&mut Client::of(namespace).having(Inform, own));
    assert_eq!(told.kind(), Ack);
    server.start();
    scene.worker.says("DHCP4_DB_RECONNECT_SUCCEEDED");
    Client::new(1).lease(&scene.relay);
}

fn a_server_that_may_lose_what_it_acknowledged_is_warned_of(engine: Engine) {
    for durable in [true, false] {
        let mut options = ServerOptions::new(match engine {
            Engine::Postgresql => database::Engine::Postgresql,
            _ => database::Engine::Mariadb,
        });
        options.durable = durable;
        let server = Server::launch(options);
        let world = World::by_hand_on(Leases::Server(server.fresh()));
        let config = config::only4(&world.leases);
        let worker = Worker::launch(&world.server, &config, &Launch::default());
        worker.wait_until_serving(0);
        let lines = worker.stop();
        let line = lines
            .iter()
            .find(|line| line.contains("DHCP4_DATABASE_NOT_DURABLE"));
        assert_eq!(line.is_none(), durable, "{lines:#?}");

        let deep = check(&here(config), "-T");
        let said = String::from_utf8_lossy(&deep.stdout);
        assert!(deep.status.success(), "{said}");
        assert_eq!(said.contains("may be lost"), !durable, "{said}");
    }
}

fn a_wrong_password_is_told_as_such(engine: Engine) {
    let world = World::by_hand(engine);
    let mut config = config::only4(&world.leases);
    config["Dhcp4"]["lease-database"]["password"] = json!("not this");
    let worker = Worker::launch(&world.server, &config, &Launch::default());
    let line = worker.says("DHCP4_DATABASE_FAIL").to_lowercase();
    assert!(
        line.contains("password") && line.contains("murre"),
        "{line}"
    );
    assert!(!line.contains("not this"), "it is a secret: {line}");
}

fn without_a_host_and_a_password_it_is_this_machine_and_none(engine: Engine) {
    let server = engine.own_server();
    let database = server.fresh();
    let name = &database.name;
    let usual = PathBuf::from(format!("/var/run/postgresql/.s.PGSQL.{}", database.port));
    match engine {
        Engine::Postgresql => {
            database.query("CREATE ROLE anybody LOGIN");
            let rules = PathBuf::from(database.value("SHOW hba_file"));
            let old = std::fs::read_to_string(&rules).unwrap();
            std::fs::write(&rules, format!("local all anybody trust\n{old}")).unwrap();
            server.stop();
            server.start();
            // Where PostgreSQL's clients look for a server of this machine.
            std::fs::create_dir_all("/var/run/postgresql").unwrap();
            std::os::unix::fs::symlink(database.socket.clone(), &usual).unwrap();
        }
        _ => drop(database.query(&format!(
            "CREATE USER anybody IDENTIFIED BY ''; GRANT ALL ON {name}.* TO anybody"
        ))),
    }
    let mut config = here(config::only4(&Leases::Server(database.clone())));
    let access = &mut config["Dhcp4"]["lease-database"];
    *access = json!({
        "type": database.engine.kea_type(), "name": name, "port": database.port,
        "host": "", "user": "anybody", "password": "",
    });
    let open = check(&config, "-T");
    config["Dhcp4"]["lease-database"]["user"] = json!(database.user);
    let closed = check(&config, "-T");
    let _ = std::fs::remove_file(&usual);
    let said = String::from_utf8_lossy(&open.stderr);
    assert!(open.status.success(), "{said}");
    assert_eq!(closed.status.code(), Some(1), "this one has a password");
}

/// There is a card at that address, as far as the machine knows; and nobody answers.
fn a_database_that_does_not_answer_is_given_up_after_the_connect_timeout(engine: Engine) {
    let world = World::by_hand(engine);
    let neighbour = "neigh add 192.0.2.99 lladdr 02:00:00:00:00:99 dev srv0";
    world.server.ip(&neighbour.split(' ').collect::<Vec<_>>());
    let mut config = config::only4(&world.leases);
    let access = &mut config["Dhcp4"]["lease-database"];
    access["host"] = json!("192.0.2.99");
    access["port"] = json!(5433);
    access["connect-timeout"] = json!(1);
    access["retry-on-startup"] = json!(false);
    let started = Instant::now();
    let worker = Worker::launch(&world.server, &config, &Launch::default());
    let status = worker.wait(Duration::from_secs(30)).expect("it ends");
    let waited = started.elapsed().as_secs_f64();
    assert_eq!(status.code(), Some(1));
    assert!(
        (1.0..5.0).contains(&waited),
        "{waited} s, where 5 is the default"
    );
    let lines = worker.lines_to_the_end(Duration::from_secs(5));
    assert!(
        lines.iter().any(|line| line.contains("192.0.2.99")),
        "{lines:#?}"
    );
}

fn a_database_that_is_not_there_at_start_ends_a_worker_that_shall_not_wait(engine: Engine) {
    let server = engine.own_server();
    let world = World::by_hand_on(Leases::Server(server.fresh()));
    server.stop();
    let mut config = config::only4(&world.leases);
    config["Dhcp4"]["lease-database"]["retry-on-startup"] = json!(false);
    let worker = Worker::launch(&world.server, &config, &Launch::default());
    let status = worker.wait(Duration::from_secs(30)).expect("it ends");
    assert_eq!(status.code(), Some(1));
    let lines = worker.lines_to_the_end(Duration::from_secs(5));
    assert!(
        lines.iter().any(|line| line.contains("lease-database")),
        "{lines:#?}"
    );
}

fn an_unusable_database_is_named_by_the_deep_test(engine: Engine) {
    let world = World::by_hand(engine);
    let mut config = config::only4(&world.leases);
    let access = &mut config["Dhcp4"]["lease-database"];
    match engine {
        Engine::Sqlite => access["name"] = json!("/nowhere/at/all.sqlite"),
        _ => access["password"] = json!("not this"),
    }
    assert!(check(&config, "-t").status.success(), "-t opens nothing");
    let deep = check(&config, "-T");
    assert_eq!(deep.status.code(), Some(1));
    let said = String::from_utf8_lossy(&deep.stderr);
    // All that is missing at once: the interface is in a network of its own.
    assert!(
        said.contains("lease-database") && said.contains("no interface"),
        "{said}"
    );
}

/// With an interface that every host has.
fn here(mut config: Value) -> Value {
    config["Dhcp4"]["interfaces-config"]["interfaces"] = json!(["lo"]);
    config
}

/// `murre-worker` with a configuration, outside of any network of its own.
fn check(config: &Value, flag: &str) -> Output {
    let file = rundir::fresh_dir("trouble").join("murre.json");
    std::fs::write(&file, config.to_string()).unwrap();
    let mut command = Command::new(worker::binary("murre-worker"));
    process::output(command.arg(flag).arg(&file))
}

fn a_database_with_other_tables_is_refused_and_left_alone(engine: Engine) {
    let leases = Leases::fresh(engine);
    if let Leases::File(path) = &leases {
        File::create(path).unwrap();
    }
    leases.query("CREATE TABLE birds (name varchar(9))");
    for flag in ["-T", "-c"] {
        let refused = check(&config::only4(&leases), flag);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{flag}: {said}");
        assert!(said.contains("lease-database"), "{flag}: {said}");
    }
    assert_eq!(leases.query("SELECT count(*) FROM birds"), [["0"]]);
}

fn a_worker_waits_for_a_folder_that_is_not_there_yet(_: Engine) {
    let folder = rundir::fresh_path("later");
    let world = World::by_hand_on(Leases::in_directory(&folder));
    let config = config::only4(&world.leases);
    let worker = Worker::launch(&world.server, &config, &Launch::default());
    let line = worker.says("DHCP4_DATABASE_FAIL");
    assert!(line.contains("create it"), "{line}");
    std::fs::create_dir(&folder).unwrap();
    worker.wait_until_serving(0);
    Client::new(1).lease(&Relay::new(&world.client));
}

fn a_file_that_is_removed_or_replaced_gets_no_leases_that_nobody_finds(_: Engine) {
    let scene = Scene4::new(Engine::Sqlite);
    let Leases::File(path) = scene.world.leases.clone() else {
        panic!("a file")
    };
    let (client, other) = (Client::new(1), Client::new(2));
    let address = client.lease(&scene.relay);
    let offer = scene.relay.ask(&mut other.message(Discover));

    // As a whole: nobody writes to it then.
    scene.world.leases.query("PRAGMA wal_checkpoint(TRUNCATE)");
    let away = path.with_extension("away");
    std::fs::rename(&path, &away).unwrap();
    let mark = scene.worker.mark();
    scene.ignored("database", &mut other.take(&offer));
    let line = scene.worker.says_after(mark, "DHCP4_DATABASE_FAIL");
    assert!(line.contains("removed or replaced"), "{line}");
    scene.ignored("database", &mut Client::new(3).message(Discover));
    assert!(!path.exists(), "no empty one is put in its place");

    std::fs::rename(&away, &path).unwrap();
    scene
        .worker
        .says_after(mark, "DHCP4_DB_RECONNECT_SUCCEEDED");
    assert_eq!(scene.relay.ask(&mut other.take(&offer)).kind(), Ack);
    let held: Vec<_> = rows::lease4(&scene.world.leases)
        .iter()
        .map(|row| row.address)
        .collect();
    let mut expected = vec![address, offer.yiaddr()];
    expected.sort_unstable();
    assert_eq!(held, expected);
}

/// The worker's database is in a small file system that only the worker has.
fn on_a_full_disk_nothing_is_acknowledged_that_is_not_stored(_: Engine) {
    let folder = rundir::fresh_dir("small");
    let world = World::by_hand_on(Leases::in_directory(&folder));
    let mount = format!(
        "mount -t tmpfs -o size=2m tmpfs '{}' && exec \"$@\"",
        folder.display()
    );
    let launch = Launch {
        wrapper: ["sh", "-c", &mount, "sh"].map(str::to_owned).to_vec(),
        ..Launch::default()
    };
    let worker = Worker::launch(&world.server, &config::only4(&world.leases), &launch);
    worker.wait_until_serving(0);
    let root = PathBuf::from(format!("/proc/{}/root", worker.pid()));
    let inside = root.join(folder.strip_prefix("/").unwrap());
    let stored = || {
        let mut command = Command::new("nsenter");
        command.args(["-m", "-t", &worker.pid().to_string(), "sqlite3"]);
        command.arg(folder.join("leases.sqlite"));
        let text = process::run(command.arg("SELECT address FROM lease4 ORDER BY 1"));
        let text = text.unwrap_or_else(|e| panic!("{e}"));
        let addresses = text
            .lines()
            .map(|line| Ipv4Addr::from_bits(line.parse().unwrap()));
        addresses.collect::<Vec<_>>()
    };
    let relay = Relay::new(&world.client);
    let first = Client::new(1).lease(&relay);

    let filler = inside.join("filler");
    let mut file = File::create(&filler).unwrap();
    while file.write_all(&[0; 1024]).is_ok() {}
    drop(file);
    // What is allocated already may hold a few more; then there is no answer.
    let mut acknowledged = vec![first];
    let mark = worker.mark();
    let refused = (2..2000).find_map(|number| {
        let client = Client::new(number);
        let offer = relay.ask(&mut client.message(Discover));
        assert_eq!(offer.kind(), Offer);
        let mut request = client.take(&offer);
        relay.send(&mut request);
        match relay.answer_to(&request, Duration::from_millis(300)) {
            Some(ack) => acknowledged.push(ack.yiaddr()),
            None => return Some((client, offer)),
        }
        None
    });
    let (client, offer) = refused.expect("the disk is full");
    let line = worker.says_after(mark, "DHCP4_DATABASE_FAIL");
    assert!(
        line.contains("full") && line.contains("free space"),
        "{line}"
    );
    worker.says_after(mark, ": database");
    acknowledged.sort_unstable();
    assert_eq!(stored(), acknowledged);

    std::fs::remove_file(&filler).unwrap();
    let ack = relay.ask(&mut client.take(&offer));
    assert_eq!((ack.kind(), ack.yiaddr()), (Ack, offer.yiaddr()));
    assert!(stored().contains(&offer.yiaddr()));
}
