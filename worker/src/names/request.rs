//! Requests to a DHCP-DDNS server: JSON in a datagram, two bytes of length before it (arm/ddns.rst:244; keys and
//! their order are those that Kea's servers send).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use murre_config::{ConflictMode, Naming};
use murre_schema::{LeaseFamily, NameChange};
use serde_json::json;

use super::DomainName;
use super::dhcid::dhcid;

/// The datagram for a change, `None` where it is about no name.
pub(super) fn datagram<F: LeaseFamily>(change: &NameChange, naming: &Naming) -> Option<Vec<u8>> {
    let name = DomainName::from_text(&change.hostname)?;
    let ttl = naming.ttl(change.valid_lifetime);
    let granted = change.expire - i64::from(change.valid_lifetime);
    let digits = dhcid::<F>(&change.client, &name);
    let digits: String = digits.iter().map(|byte| format!("{byte:02X}")).collect();
    let mut request = json!({
        "change-type": u8::from(!change.adds),
        "forward-change": change.forward,
        "reverse-change": change.reverse,
        "fqdn": name.master(),
        "ip-address": change.address,
        "dhcid": digits,
        "lease-expires-on": moment(granted + i64::from(ttl))?,
        "lease-length": ttl,
        "use-conflict-resolution": naming.conflicts == ConflictMode::CheckWithDhcid,
    });
    // Servers of before know the two modes that the flag stands for, and no other key.
    let is_newer = matches!(
        naming.conflicts,
        ConflictMode::CheckExistsWithDhcid | ConflictMode::NoCheckWithoutDhcid
    );
    if let (true, Some(map)) = (is_newer, request.as_object_mut()) {
        let mode = naming.conflicts.word();
        map.insert("conflict-resolution-mode".to_owned(), mode.into());
    }
    let text = request.to_string();
    let mut datagram = u16::try_from(text.len()).ok()?.to_be_bytes().to_vec();
    datagram.extend_from_slice(text.as_bytes());
    Some(datagram)
}

/// Year to second in UTC, without anything between.
fn moment(seconds: i64) -> Option<String> {
    let moment = Timestamp::from_second(seconds).ok()?;
    let moment = moment.to_zoned_datetime(TimeZone::UTC);
    Some(moment.strftime("%Y%m%d%H%M%S").to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::V4;

    fn change() -> NameChange {
        NameChange {
            id: 1,
            adds: true,
            address: "127.1.0.10".parse().unwrap(),
            client: vec![0, 2, 0, 0, 0, 0, 1],
            hostname: "alice.example.com".to_owned(),
            forward: true,
            reverse: true,
            valid_lifetime: 4000,
            expire: 1_795_873_382,
            subnet_id: 1,
        }
    }

    fn text(change: &NameChange, naming: &Naming) -> String {
        let datagram = datagram::<V4>(change, naming).unwrap();
        let (length, text) = datagram.split_first_chunk::<2>().unwrap();
        assert_eq!(usize::from(u16::from_be_bytes(*length)), text.len());
        String::from_utf8(text.to_vec()).unwrap()
    }

    /// As kea-dhcp4 2.2 sent it for such a lease.
    #[test]
    fn a_request_is_what_keas_server_sends() {
        let wanted = r#"{"change-type":0,"forward-change":true,"reverse-change":true,"fqdn":"alice.example.com.","ip-address":"127.1.0.10","dhcid":"0000018AF897B5638F4FB649BD94EB8D3D06DD837C77E92EDE81787275C4403A990F4E","lease-expires-on":"20261128125835","lease-length":1333,"use-conflict-resolution":true}"#;
        assert_eq!(text(&change(), &Naming::built_in()), wanted);
        let mut removal = change();
        (removal.adds, removal.forward) = (false, false);
        removal.hostname.push('.');
        let wanted = wanted.replace(
            "\"change-type\":0,\"forward-change\":true",
            "\"change-type\":1,\"forward-change\":false",
        );
        assert_eq!(text(&removal, &Naming::built_in()), wanted);
    }

    #[test]
    fn modes_that_the_flag_does_not_stand_for_are_named() {
        for (word, mode) in ConflictMode::WORDS {
            let mut naming = (*Naming::built_in()).clone();
            naming.conflicts = mode;
            let text = text(&change(), &naming);
            let flag = format!("\"use-conflict-resolution\":{}", word == "check-with-dhcid");
            assert!(text.contains(&flag), "{text}");
            let is_named = text.contains(&format!("\"conflict-resolution-mode\":\"{word}\""));
            assert_eq!(
                is_named,
                word.contains("exists") || word.contains("without"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_name_is_no_request() {
        let mut nameless = change();
        nameless.hostname = "a..b".to_owned();
        assert_eq!(datagram::<V4>(&nameless, &Naming::built_in()), None);
    }
}
