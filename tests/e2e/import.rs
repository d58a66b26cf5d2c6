//! A configuration that says `memfile` and names a lease file of another server: its leases are
//! there before the first query, once, and the file stays as it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use murre_harness::netns::{self, Namespace};
use murre_harness::{clients, rundir};
use murre_tests::rows::{self, DEFAULT, RECLAIMED};
use murre_tests::worker::Launch;
use murre_tests::{Engine, Leases, Worker, World, config};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
const HEADER4: &str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n";
const HEADER6: &str = "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source\n";

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs()
}

/// A folder with a lease file in it, and the database that will stand beside it.
struct Place {
    csv: PathBuf,
    leases: Leases,
}

impl Place {
    fn new() -> Self {
        let folder = rundir::fresh_dir("memfile");
        Self {
            csv: folder.join("leases.csv"),
            leases: Leases::in_directory(&folder),
        }
    }

    fn write(&self, ending: &str, rows: &[String]) {
        let text = format!("{HEADER4}{}", rows.concat());
        std::fs::write(format!("{}{ending}", self.csv.display()), text).unwrap();
    }

    fn access(&self) -> Value {
        json!({ "type": "memfile", "name": self.csv })
    }

    /// A server without interfaces: its start is all that matters.
    fn configuration(&self) -> Value {
        json!({ "Dhcp4": {
            "lease-database": self.access(),
            "subnet4": [{ "id": 1, "subnet": "192.0.2.0/24", "pools": [{ "pool": "192.0.2.0/25" }] }],
        }})
    }

    /// Address, hardware address and state of all rows.
    fn rows(&self) -> Vec<(u8, String, u8)> {
        let rows = rows::lease4(&self.leases);
        let short = |row: rows::Row4| (row.address.octets()[3], row.hwaddr, row.state);
        rows.into_iter().map(short).collect()
    }
}

/// A live lease of 192.0.2.`host`, for the client with this last byte.
fn row(host: u8, client: u8, left: u64) -> String {
    let expire = now() + left;
    format!("192.0.2.{host},02:00:00:00:00:{client:02x},,3600,{expire},1,0,0,,0,\n")
}

fn of(host: u8, client: u8) -> (u8, String, u8) {
    (host, format!("0200000000{client:02x}"), DEFAULT)
}

/// In a file system of its own, as the place is one for the whole machine.
#[test]
fn without_a_name_the_lease_file_in_its_usual_place_is_taken_over() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let place = Place::new();
    place.write("", &[row(7, 1, 3600)]);
    let mount = format!(
        "cp '{}' /tmp/murre-$$ && mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/kea /var/lib/murre \
         && mv /tmp/murre-$$ /var/lib/kea/kea-leases4.csv && exec \"$@\"",
        place.csv.display()
    );
    let launch = Launch {
        wrapper: ["sh", "-c", &mount, "sh"].map(str::to_owned).to_vec(),
        ..Launch::default()
    };
    let mut configuration = place.configuration();
    configuration["Dhcp4"]["lease-database"] = json!({ "type": "memfile" });
    let namespace = Namespace::new("srv");
    let worker = Worker::launch(&namespace, &configuration, &launch);
    worker.wait_until_serving(0);
    let line = worker.says("DHCPSRV_MEMFILE_LEASE_FILE_LOAD");
    assert!(
        line.contains("1 leases of /var/lib/kea/kea-leases4.csv"),
        "{line}"
    );
}

#[test]
fn clients_keep_what_the_lease_file_says_they_hold() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let world = World::direct(Engine::Sqlite);
    let place = Place::new();
    let mac = world.client.mac("cli0");
    let expire = now() + 500;
    place.write(
        "",
        &[format!(
            "192.0.2.177,{mac},01:{mac},600,{expire},1,0,0,,0,\n"
        )],
    );
    let mut configuration = config::only4(&world.leases);
    configuration["Dhcp4"]["lease-database"] = place.access();
    let worker = Worker::start(&world.server, &configuration);
    let mut udhcpc = clients::udhcpc(&world.client, "cli0", &[]);
    assert_eq!(
        udhcpc.bound().address,
        Some(Ipv4Addr::new(192, 0, 2, 177).into())
    );
    worker.says("DHCPSRV_MEMFILE_LEASE_FILE_LOAD 1 leases");
}

#[test]
fn the_file_is_taken_over_once_with_those_a_cleanup_left() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let place = Place::new();
    place.write(".2", &[row(10, 1, 900), row(11, 2, 900)]);
    place.write(".1", &[row(11, 3, 900), row(12, 4, 900)]);
    place.write(".output", &[row(13, 5, 900)]);
    let gone = row(12, 4, 900).replace(",3600,", ",0,");
    place.write("", &[gone.clone(), row(14, 6, 900)]);
    let before = std::fs::read(&place.csv).unwrap();
    let worker = Worker::start(&server, &place.configuration());
    worker.says("DHCPSRV_MEMFILE_LEASE_FILE_LOAD 3 leases");
    worker.stop();
    assert_eq!(place.rows(), [of(10, 1), of(11, 3), of(14, 6)]);
    assert_eq!(std::fs::read(&place.csv).unwrap(), before);

    // What went in the meantime does not come back.
    place
        .leases
        .query("DELETE FROM lease4 WHERE address & 255 = 14");
    let lines = Worker::start(&server, &place.configuration()).stop();
    assert_eq!(place.rows(), [of(10, 1), of(11, 3)]);
    assert!(
        !lines.iter().any(|line| line.contains("MEMFILE")),
        "{lines:#?}"
    );

    // The operator went back to the other server for a while: what it granted since holds.
    place.write("", &[gone, row(10, 8, 950), row(20, 7, 900)]);
    let lines = Worker::start(&server, &place.configuration()).stop();
    let told = |line: &String| line.contains("DHCPSRV_MEMFILE_LEASE_FILE_CHANGED");
    assert!(lines.iter().any(told), "{lines:#?}");
    assert_eq!(place.rows(), [of(10, 8), of(11, 3), of(20, 7)]);
}

#[test]
fn nothing_is_taken_over_while_another_process_writes_to_the_file() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let place = Place::new();
    place.write("", &[row(10, 1, 900)]);
    let mut other = std::process::Command::new("sleep")
        .arg("600")
        .stdout(
            std::fs::File::options()
                .append(true)
                .open(&place.csv)
                .unwrap(),
        )
        .spawn()
        .unwrap();
    let worker = Worker::launch(&server, &place.configuration(), &Launch::default());
    let ended = worker.wait(PATIENCE).map(|status| status.code());
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(ended, Some(Some(1)));
    let said = worker.lines().join("\n");
    assert!(said.contains("(sleep) has '"), "{said}");
    let worker = Worker::start(&server, &place.configuration());
    worker.says("DHCPSRV_MEMFILE_LEASE_FILE_LOAD 1 leases");
}

#[test]
fn a_broken_row_is_named_and_too_many_of_them_take_over_nothing() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let place = Place::new();
    let broken = |host| row(host, host, 900).replace(",3600,", ",soon,");
    place.write(
        "",
        &[row(10, 1, 900), broken(11), row(12, 2, 900), broken(13)],
    );
    let mut configuration = place.configuration();
    configuration["Dhcp4"]["lease-database"]["max-row-errors"] = json!(1);
    let worker = Worker::launch(&server, &configuration, &Launch::default());
    let ended = worker.wait(PATIENCE).expect("it ends");
    assert_eq!(ended.code(), Some(1));
    let said = worker.lines().join("\n");
    assert!(
        said.contains("leases.csv:3: column 'valid_lifetime': 'soon'"),
        "{said}"
    );
    assert!(said.contains("leases.csv:5: "), "{said}");
    assert!(said.contains("max-row-errors"), "{said}");
    assert!(place.rows().is_empty());

    // Without the limit, what is good comes over.
    let worker = Worker::start(&server, &place.configuration());
    worker.says("2 leases");
    worker.says("DHCPSRV_MEMFILE_LEASE_LOAD_ROW_ERROR");
    worker.stop();
    assert_eq!(place.rows(), [of(10, 1), of(12, 2)]);
}

#[test]
fn rows_of_the_database_stay_and_a_client_has_one_live_lease() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let place = Place::new();
    // A first start without the file makes the database; leases are granted there.
    Worker::start(&server, &place.configuration()).stop();
    let expire = now() + 800;
    place.leases.query(&format!(
        "INSERT INTO lease4 (address, hwaddr, valid_lifetime, expire, subnet_id) VALUES \
         (3221225994, x'020000000001', 600, {expire}, 1), (3221225995, x'020000000002', 600, {expire}, 1)"
    ));
    // 10: another client's; 30: a second one of client 2; 41 and 42: two of client 4, who uses 42.
    place.write(
        "",
        &[
            row(10, 3, 900),
            row(30, 2, 900),
            row(41, 4, 100),
            row(42, 4, 900),
        ],
    );
    let lines = Worker::start(&server, &place.configuration()).stop();
    let ended = |host, client| (host, of(host, client).1, RECLAIMED);
    let expected = [of(10, 1), of(11, 2), ended(30, 2), ended(41, 4), of(42, 4)];
    assert_eq!(place.rows(), expected);
    for said in [
        "leases.csv:2: 192.0.2.10 ",
        "leases.csv:3: 192.0.2.30 ",
        "leases.csv:4: 192.0.2.41 ",
    ] {
        assert!(
            lines.iter().any(|line| line.contains(said)),
            "{said}: {lines:#?}"
        );
    }
}

#[test]
fn of_two_workers_that_start_at_once_one_takes_it_over() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let place = Place::new();
    let many =
        |range: std::ops::Range<u8>| range.map(|host| row(host, host, 900)).collect::<Vec<_>>();
    place.write("", &many(1..250));
    let workers =
        [(); 3].map(|()| Worker::launch(&server, &place.configuration(), &Launch::default()));
    let mut imported = 0;
    for worker in workers {
        worker.wait_until_serving(0);
        let lines = worker.stop();
        imported += lines
            .iter()
            .filter(|line| line.contains("MEMFILE_LEASE_FILE_LOAD"))
            .count();
    }
    assert_eq!(imported, 1);
    assert_eq!(place.rows().len(), 249);
}

#[test]
fn a_file_that_is_being_cleaned_up_or_is_none_is_refused() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let place = Place::new();
    place.write("", &[row(10, 1, 900)]);
    let pid = PathBuf::from(format!("{}.pid", place.csv.display()));
    std::fs::write(&pid, "1\n").unwrap();
    let refused = |wanted: &str| {
        let worker = Worker::launch(&server, &place.configuration(), &Launch::default());
        assert_eq!(worker.wait(PATIENCE).expect("it ends").code(), Some(1));
        let said = worker.lines().join("\n");
        assert!(said.contains(wanted), "{said}");
    };
    refused("process 1 is cleaning up");
    std::fs::remove_file(&pid).unwrap();
    std::fs::write(&place.csv, HEADER6).unwrap();
    refused("leases.csv:1: the header has no column 'client_id': not a DHCPv4 lease file");
}

#[test]
fn leases_of_dhcpv6_come_over_too() {
    if !netns::require_root_and_namespaces() {
        return;
    }
    let server = Namespace::new("srv");
    let place = Place::new();
    let expire = now() + 900;
    let rows = [
        format!("2001:db8::5,00:01:02:03,3600,{expire},1,1800,0,7,128,0,0,,,0,,,\n"),
        format!("2001:db8:1::,00:01:02:03,3600,{expire},1,1800,2,7,56,0,0,,,0,,,\n"),
    ];
    std::fs::write(&place.csv, format!("{HEADER6}{}", rows.concat())).unwrap();
    let dhcp6 =
        json!({ "lease-database": place.access(), "server-id": { "type": "EN" }, "subnet6": [] });
    let worker = Worker::start(&server, &json!({ "Dhcp6": dhcp6 }));
    worker.says("2 leases");
    worker.stop();
    let found = rows::lease6(&place.leases);
    let short: Vec<_> = found
        .iter()
        .map(|row| (row.kind, row.prefix_len, row.iaid))
        .collect();
    assert_eq!(short, [(0, 128, 7), (2, 56, 7)]);
}
