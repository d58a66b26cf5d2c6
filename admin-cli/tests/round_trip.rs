//! A large lease file into a database and out again: the same file, in bounded memory.
//!
//! `MURRE_LEASES` sets the number of leases (20,000); a million take a minute or two per engine:
//! `MURRE_LEASES=1000000 cargo test --release -p murre-admin --test round_trip -- --nocapture`

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Fresh, on_every_engine};
use murre_harness::process::Daemon;

/// What the tool may take, however many leases there are.
const MEMORY: u64 = 200 << 20;

const HEADER4: &str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id";
const HEADER6: &str = "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id";

fn wanted() -> u32 {
    let number = std::env::var("MURRE_LEASES").ok();
    number.map_or(20_000, |number| number.parse().unwrap())
}

/// Six bytes in hexadecimal, of a number.
fn mac(number: u32) -> String {
    let [a, b, c, d] = number.to_be_bytes();
    format!("02:00:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

fn line4(number: u32, to: &mut String) {
    let address = std::net::Ipv4Addr::from(0x0a00_0001 + number);
    let (mac, host) = (mac(number), number % 7);
    let _ = writeln!(
        to,
        "{address},{mac},01:{mac},3600,2000000000,{},1,0,host-{number}.example.org,{},{{ \"port\": {host} }},{host}",
        1 + number % 5,
        if number % 10 == 9 { 2 } else { 0 },
    );
}

/// Every third is a delegated prefix.
fn line6(number: u32, to: &mut String) {
    let bits = 0x2001_0db8_u128 << 96 | u128::from(number) << 64;
    let (pd, tail) = if number % 3 == 2 { (2, 0) } else { (0, 1) };
    let address = std::net::Ipv6Addr::from(bits | tail);
    let mac = mac(number);
    let _ = writeln!(
        to,
        "{address},00:03:00:01:{mac},3600,2000000000,{},1800,{pd},{number},{},0,0,,{mac},0,,1,2,0",
        1 + number % 5,
        if pd == 2 { 64 } else { 128 },
    );
}

fn write(path: &Path, header: &str, line: impl Fn(u32, &mut String)) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "{header}").unwrap();
    let mut text = String::new();
    for number in 0..wanted() {
        text.clear();
        line(number, &mut text);
        file.write_all(text.as_bytes()).unwrap();
    }
    file.flush().unwrap();
}

/// Run the tool, looking at its peak memory until it ends.
fn measured(fresh: &Fresh, command: &str, options: &[&str]) -> (Duration, u64) {
    let started = Instant::now();
    let tool = Daemon::spawn(command, &fresh.command(command, options));
    let mut peak = 0;
    let status = loop {
        peak = peak.max(tool.peak_rss());
        if let Some(status) = tool.wait(Duration::from_millis(2)) {
            break status;
        }
    };
    assert!(status.success(), "{command}: {:?}", tool.lines());
    assert!(peak > 0, "the memory of {command} was never seen");
    (started.elapsed(), peak)
}

fn same_content(one: &Path, other: &Path) -> bool {
    use std::io::{BufRead, BufReader};
    let lines = |path| BufReader::new(File::open(path).unwrap()).split(b'\n');
    lines(one)
        .map(Result::unwrap)
        .eq(lines(other).map(Result::unwrap))
}

#[test]
fn a_large_file_comes_back_as_it_was_in_bounded_memory() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        for family in ["-4", "-6"] {
            let (file, back) = (fresh.path("leases.csv"), fresh.path("back.csv"));
            if family == "-4" {
                write(&file, HEADER4, line4);
            } else {
                write(&file, HEADER6, line6);
            }
            let (from, to) = (file.display().to_string(), back.display().to_string());
            let up = measured(&fresh, "lease-upload", &[family, "-i", &from]);
            let down = measured(&fresh, "lease-dump", &[family, "-y", "-o", &to]);
            eprintln!(
                "{} {family}: {} leases; upload {:.1} s, {} MB; dump {:.1} s, {} MB",
                fresh.name,
                wanted(),
                up.0.as_secs_f64(),
                up.1 >> 20,
                down.0.as_secs_f64(),
                down.1 >> 20,
            );
            assert!(up.1 < MEMORY && down.1 < MEMORY, "too much memory");
            assert!(same_content(&file, &back), "the file came back different");
        }
    });
}
