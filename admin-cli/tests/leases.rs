//! Leases out of the database, into it, and before the eye: on every engine.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Fresh, content, engines, on_every_engine, outcome};

/// Everything that is awkward in a DHCPv4 lease, in address order, as a dump writes it.
const NASTY4: &str = r#"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id
0.0.0.0,02:00:00:00:00:01,,3600,2000000000,1,0,0,,0,,0
10.0.0.1,aa:bb:cc:dd:ee:01,01:02:03,3600,2000000000,1,0,1,one&#x2ctwo,0,{ "a": [1&#x2c2]&#x2c "b": "x&#x2cy" },0
10.0.0.2,,00:61:62,3600,2000000000,1,1,0,Grüße.example,0,,7
10.0.0.3,aa:bb:cc:dd:ee:01,,4294967295,6294967295,1,0,0,for-ever.,0,,0
10.0.0.4,,,86400,2000000000,1,0,0,,1,,0
10.0.0.5,,,86400,2000000000,1,0,0,,1,,0
10.0.0.6,aa:bb:cc:dd:ee:06,,100,1000000000,1,0,0,"quoted" 'it' \n %s,2,{},0
10.0.0.7,aa:bb:cc:dd:ee:06,,100,1000000000,1,0,0,&#x26#x2c&#x0a	tab,2,{ "nl": "a\nb"&#x2c "\u002c": null },0
128.0.0.1,00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13,ff:00,1,2000000000,4294967295,0,0,,0,,4294967295
255.255.255.255,02:00:00:00:00:02,,3600,2000000000,1,0,0,,0,,0
"#;

/// The same for DHCPv6.
const NASTY6: &str = r#"address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id
::,00:01:02:03,3600,2000000000,1,1800,0,1,128,0,0,,,0,,,,0
2001:db8::1,00:01:00:01:aa:bb,3600,2000000000,1,1800,0,4294967295,128,1,0,a&#x2cb,aa:bb:cc:dd:ee:01,0,{ "x": "1&#x2c2" },1,2,3
2001:db8::2,00:01:00:01:aa:bb,3600,2000000000,1,1800,0,2147483648,128,0,1,,,0,,,,0
2001:db8::3,00,86400,2000000000,1,0,0,5,128,0,0,,,1,,,,0
2001:db8::4,00,86400,2000000000,1,0,0,5,128,0,0,,,1,,,,0
2001:db8::ffff,00:01:00:01:aa:bb,4294967295,6294967295,1,4294967295,1,0,128,0,0,,,0,,1,0,0
2001:db8:1::,00:01:00:01:aa:bb,3600,2000000000,1,1800,2,4294967295,64,0,0,,,0,,,,0
2001:db8:2::,00:01:00:01:aa:bb,3600,1000000000,1,1800,2,4294967295,56,0,0,,,2,,,,0
ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,00:04:05,3600,2000000000,1,1800,0,7,128,0,0,,,0,,,,0
"#;

const HEADER4: &str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context";

fn upload(fresh: &Fresh, family: &str, file: &str) -> common::Outcome {
    fresh.admin("lease-upload", &[family, "-i", file])
}

#[test]
fn a_dump_uploaded_and_dumped_again_is_the_same_file() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        for (family, nasty) in [("-4", NASTY4), ("-6", NASTY6)] {
            let file = fresh.file("nasty.csv", nasty);
            upload(&fresh, family, &file).ok();
            assert_eq!(fresh.dump(family), nasty, "{}", fresh.name);
        }
    });
}

#[test]
fn a_dump_of_one_engine_goes_into_every_other() {
    let mut carried = NASTY6.to_owned();
    for fresh in engines() {
        let fresh = fresh.initialized();
        let file = fresh.file("carried.csv", &carried);
        upload(&fresh, "-6", &file).ok();
        carried = fresh.dump("-6");
    }
    assert_eq!(carried, NASTY6);
}

#[test]
fn an_empty_table_is_a_header_and_a_header_is_no_lease() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let header = NASTY4.lines().next().unwrap();
        assert_eq!(fresh.dump("-4"), format!("{header}\n"));
        let file = fresh.file("empty.csv", &fresh.dump("-4"));
        upload(&fresh, "-4", &file).fails(1, "CSV file has no leases");
    });
}

#[test]
fn a_file_that_exists_is_replaced_only_when_told() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let old = fresh.file("dump.csv", "old");
        let refused = fresh.admin("lease-dump", &["-4", "-o", &old]);
        refused.fails(1, "exists and stays as it is; -y replaces it");
        assert_eq!(content(&old), "old");
        fresh.admin("lease-dump", &["-4", "-o", &old, "-y"]).ok();
        assert!(content(&old).starts_with("address,hwaddr"));
        assert_eq!(fresh.files(), ["dump.csv"]);

        fresh
            .admin("lease-dump", &["-4", "-o", "/dev/null", "-y"])
            .fails(1, "not a regular file");
        let nowhere = fresh.path("no/such/folder").display().to_string();
        fresh
            .admin("lease-dump", &["-4", "-o", &nowhere])
            .fails(1, "cannot write");
    });
}

#[test]
fn repeated_rows_collapse_and_a_lifetime_of_zero_removes() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let row = |address: &str, mac: u8, lifetime: u32, name: &str| {
            format!("{address},aa:bb:cc:dd:ee:{mac:02x},,{lifetime},2000000000,1,0,0,{name},0,\n")
        };
        let rows = [
            row("10.0.0.9", 9, 60, "first"),
            row("10.0.0.2", 2, 60, "two"),
            row("10.0.0.9", 9, 60, "second"),
            row("10.0.0.3", 3, 60, "three"),
            row("10.0.0.3", 3, 0, "three"),
            row("10.0.0.9", 9, 60, "third"),
        ];
        let file = fresh.file("memfile.csv", &format!("{HEADER4}\n{}", rows.concat()));
        let said = upload(&fresh, "-4", &file).ok().err;
        assert!(said.contains("2 DHCPv4 leases of"), "{said}");
        let dump = fresh.dump("-4");
        let lines: Vec<&str> = dump.lines().skip(1).collect();
        assert_eq!(lines.len(), 2, "{dump}");
        assert!(
            lines[0].contains(",two,") && lines[1].contains(",third,"),
            "{dump}"
        );
    });
}

#[test]
fn any_conflict_loads_nothing_and_is_named() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let row = |address: &str, mac: u8, subnet: u8| {
            format!("{address},aa:bb:cc:dd:ee:{mac:02x},,60,2000000000,{subnet},0,0,,0,\n")
        };
        let there = fresh.file(
            "there.csv",
            &format!("{HEADER4}\n{}", row("10.0.0.5", 5, 1)),
        );
        upload(&fresh, "-4", &there).ok();
        let before = fresh.dump("-4");
        for (rows, said) in [
            (
                [row("10.0.0.4", 4, 1), row("10.0.0.5", 6, 1)],
                "the lease of 10.0.0.5 in line 3 is in the database already",
            ),
            (
                [row("10.0.0.4", 4, 1), row("10.0.0.6", 5, 1)],
                "the client of 10.0.0.6 in line 3 holds 10.0.0.5 in the database already",
            ),
            (
                [row("10.0.0.7", 4, 1), row("10.0.0.6", 4, 1)],
                "lines 3 and 2 give one client two leases in subnet 1, 10.0.0.6 and 10.0.0.7",
            ),
        ] {
            let file = fresh.file("new.csv", &format!("{HEADER4}\n{}", rows.concat()));
            upload(&fresh, "-4", &file).fails(1, &format!("nothing was added: {said}"));
            assert_eq!(fresh.dump("-4"), before, "{}", fresh.name);
        }
        let elsewhere = fresh.file("b.csv", &format!("{HEADER4}\n{}", row("10.1.0.5", 5, 2)));
        upload(&fresh, "-4", &elsewhere).ok();
    });
}

#[test]
fn a_broken_file_is_refused_before_the_database_is_touched() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let good = NASTY4.lines().take(3).collect::<Vec<_>>().join("\n");
        let file = fresh.file(
            "bad.csv",
            &format!("{good}\n10.0.0.9,zz,,1,1,1,0,0,,0,,0\n"),
        );
        upload(&fresh, "-4", &file).fails(
            1,
            "bad.csv:4: column 'hwaddr': 'zz' is not hexadecimal with colons",
        );
        let file = fresh.file("v6.csv", NASTY6);
        upload(&fresh, "-4", &file)
            .fails(1, "v6.csv:1: the header has no column 'client_id'")
            .fails(1, "not a DHCPv4 lease file");
        upload(&fresh, "-4", "/no/such/file").fails(1, "cannot read '/no/such/file'");
        upload(&fresh, "-4", "/dev/null").fails(1, "not a regular file");
        assert_eq!(fresh.dump("-4").lines().count(), 1);
    });
}

#[test]
fn columns_of_other_versions_are_told_of_or_filled() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let newer = format!(
            "{HEADER4},pool_id,colour\n10.0.0.1,aa:bb:cc:dd:ee:01,,60,2000000000,1,0,0,,3,,4,blue\n"
        );
        let file = fresh.file("newer.csv", &newer);
        let said = upload(&fresh, "-4", &file).ok().err;
        assert!(said.contains("left out: colour"), "{said}");
        assert!(said.contains("1 rows in state 3 (released)"), "{said}");
        let older = HEADER4.replace(",state,user_context", "");
        let older = format!("{older}\n10.0.0.2,aa:bb:cc:dd:ee:02,,60,2000000000,1,0,0,\n");
        let file = fresh.file("older.csv", &older);
        upload(&fresh, "-4", &file).ok();
        let dump = fresh.dump("-4");
        let lines: Vec<&str> = dump.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "10.0.0.1,aa:bb:cc:dd:ee:01,,60,2000000000,1,0,0,,2,,4",
                "10.0.0.2,aa:bb:cc:dd:ee:02,,60,2000000000,1,0,0,,0,,0"
            ]
        );
    });
}

#[test]
fn a_list_is_readable() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        for (family, nasty) in [("-4", NASTY4), ("-6", NASTY6)] {
            let file = fresh.file("nasty.csv", nasty);
            upload(&fresh, family, &file).ok();
        }
        insta::assert_snapshot!("list", fresh.admin("lease-list", &[]).ok().out);
        insta::assert_snapshot!("json", fresh.admin("lease-list", &["--json"]).ok().out);

        let some = fresh.admin("lease-list", &["-4", "--limit", "2"]).ok().out;
        assert!(
            some.ends_with("2 DHCPv4 leases, and more (--limit shows them)\n\n"),
            "{some}"
        );
        let one = fresh
            .admin("lease-list", &["-4", "--subnet-id", "4294967295"])
            .ok()
            .out;
        assert!(
            one.contains("128.0.0.1") && one.contains("\n1 DHCPv4 leases\n"),
            "{one}"
        );
        let mut local = fresh.command("lease-list", &["-4", "--limit", "2"]);
        local.env("TZ", "Asia/Tokyo");
        let local = outcome(&mut local).ok().out;
        assert!(
            local.contains("Asia/Tokyo") && local.contains("2033-05-18 12:33:20"),
            "{local}"
        );
    });
}

#[test]
fn a_reader_who_goes_away_is_no_error_to_speak_of() {
    on_every_engine(|fresh| {
        let fresh = fresh.initialized();
        let mut content = format!("{HEADER4}\n");
        for number in 0..5000_u32 {
            let [a, b, c, d] = number.to_be_bytes();
            content.push_str(&format!(
                "10.{b}.{c}.{d},02:00:{a:02x}:{b:02x}:{c:02x}:{d:02x},,60,2000000000,1,0,0,,0,\n"
            ));
        }
        let file = fresh.file("many.csv", &content);
        upload(&fresh, "-4", &file).ok();
        let mut list = fresh.command("lease-list", &["-4", "--limit", "0"]);
        list.stdout(std::process::Stdio::piped());
        list.stderr(std::process::Stdio::piped());
        let mut child = list.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        assert_eq!(output.status.code(), Some(1));
    });
}
