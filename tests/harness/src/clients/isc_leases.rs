//! dhclient's lease file: what the client itself remembers of its leases.
//!
//! The file is a sequence of statements, words up to `;` or up to a block in braces. A later lease
//! of the same client replaces an earlier one.

use std::net::{IpAddr, Ipv6Addr};

/// One address or delegated prefix in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// The address (`fixed-address`, `iaaddr`).
    pub address: Option<IpAddr>,
    /// The delegated prefix (`iaprefix`).
    pub prefix: Option<(Ipv6Addr, u8)>,
    /// Seconds: the lease time (v4) or the valid lifetime (v6).
    pub lifetime: Option<u32>,
    /// Seconds: the preferred lifetime (v6).
    pub preferred: Option<u32>,
    /// The server identifier: an address (v4) or a DUID in hexadecimal, `0:1:...` (v6).
    pub server: Option<String>,
    /// v6: the number of the identity association.
    pub iaid: Option<u32>,
    /// It was given back; the file keeps it.
    pub released: bool,
}

/// Reads the text of a lease file of either family, oldest lease first.
pub fn parse(text: &str) -> Vec<Lease> {
    let words = words(text);
    let statements = statements(&mut words.iter().map(String::as_str));
    let of_kind = |kind: &'static str| statements.iter().filter(move |one| one.word(0) == kind);
    let v4 = of_kind("lease").map(lease4);
    v4.chain(of_kind("lease6").flat_map(leases6)).collect()
}

#[derive(Debug)]
struct Statement {
    words: Vec<String>,
    block: Vec<Statement>,
}

impl Statement {
    fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", String::as_str)
    }

    /// What follows `name` in the statement of the block that begins with it.
    fn find(&self, name: &[&str]) -> Option<&str> {
        let found = self.block.iter().find(|inner| {
            inner
                .words
                .iter()
                .map(String::as_str)
                .take(name.len())
                .eq(name.iter().copied())
        });
        Some(found?.word(name.len()))
    }
}

fn lease4(lease: &Statement) -> Lease {
    Lease {
        address: lease
            .find(&["fixed-address"])
            .and_then(|text| text.parse().ok()),
        lifetime: lease
            .find(&["option", "dhcp-lease-time"])
            .and_then(|text| text.parse().ok()),
        server: lease
            .find(&["option", "dhcp-server-identifier"])
            .map(str::to_owned),
        ..Lease::default()
    }
}

fn leases6(lease: &Statement) -> Vec<Lease> {
    let server = lease
        .find(&["option", "dhcp6.server-id"])
        .map(str::to_owned);
    let released = lease.find(&["released"]).is_some();
    let associations = lease
        .block
        .iter()
        .filter(|inner| ["ia-na", "ia-pd"].contains(&inner.word(0)));
    let held = associations.flat_map(|ia| ia.block.iter().map(move |inner| (ia.word(1), inner)));
    let held = held.filter(|(_, inner)| ["iaaddr", "iaprefix"].contains(&inner.word(0)));
    held.map(|(iaid, inner)| Lease {
        address: inner.word(1).parse().ok(),
        prefix: inner
            .word(1)
            .split_once('/')
            .and_then(|(prefix, length)| Some((prefix.parse().ok()?, length.parse().ok()?))),
        lifetime: inner.find(&["max-life"]).and_then(|text| text.parse().ok()),
        preferred: inner
            .find(&["preferred-life"])
            .and_then(|text| text.parse().ok()),
        server: server.clone(),
        iaid: iaid_of(iaid),
        released,
    })
    .collect()
}

/// `74:29:49:65`, or the four letters where all octets are some.
fn iaid_of(text: &str) -> Option<u32> {
    let octets: Vec<u8> = if text.contains(':') && text.len() > 4 {
        let octets = text.split(':').map(|octet| u8::from_str_radix(octet, 16));
        octets.collect::<Result<_, _>>().ok()?
    } else {
        text.bytes().collect()
    };
    octets.try_into().ok().map(u32::from_be_bytes)
}

/// Words, quoted strings without their quotes, and `{`, `}`, `;` as words of their own. What a
/// backslash escapes stays as it is written: a DUID holds the time, and so any octet.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if quoted && character == '\\' {
            word.push(character);
            word.extend(characters.next());
            continue;
        }
        let ends = !quoted && (character.is_whitespace() || "{};\"".contains(character));
        if ends || (quoted && character == '"') {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if "{};".contains(character) && !quoted {
                words.push(character.to_string());
            }
            quoted = character == '"' && !quoted;
        } else {
            word.push(character);
        }
    }
    words
}

/// Statements up to the end of the block or the text.
fn statements(words: &mut dyn Iterator<Item = &str>) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut current = Vec::new();
    while let Some(word) = words.next() {
        let block = match word {
            "}" => break,
            "{" => statements(words),
            ";" => Vec::new(),
            word => {
                current.push(word.to_owned());
                continue;
            }
        };
        all.push(Statement {
            words: std::mem::take(&mut current),
            block,
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_quote_ends_no_string() {
        let text = r#"default-duid "\000\0012\235\"\\{"; lease { fixed-address 192.0.2.7; }"#;
        assert_eq!(parse(text).len(), 1);
    }

    #[test]
    fn both_families_are_read() {
        let v4 = r#"lease {
            interface "c0"; fixed-address 192.0.2.7; option dhcp-lease-time 600;
            option domain-name "a; b"; option dhcp-server-identifier 192.0.2.1;
            renew 2 2026/11/24 05:10:00;
        }"#;
        let leases = parse(v4);
        assert_eq!(leases.len(), 1);
        assert_eq!(leases[0].address, Some([192, 0, 2, 7].into()));
        assert_eq!(leases[0].lifetime, Some(600));
        assert_eq!(leases[0].server.as_deref(), Some("192.0.2.1"));

        let v6 = r#"default-duid "\000\001";
            lease6 { interface "c0";
            ia-na 52:54:0:1 { starts 1; iaaddr 2001:db8::5 { starts 1; preferred-life 30; max-life 40; } }
            ia-pd 52:54:0:1 { iaprefix 2001:db8:8::/48 { preferred-life 31; max-life 41; } }
            option dhcp6.server-id 0:1:2; }"#;
        let leases = parse(v6);
        assert_eq!(leases.len(), 2);
        assert_eq!(leases[0].address, "2001:db8::5".parse().ok());
        assert_eq!(
            leases[1].prefix,
            Some(("2001:db8:8::".parse().unwrap(), 48))
        );
        assert_eq!(
            (leases[1].preferred, leases[1].lifetime),
            (Some(31), Some(41))
        );
        assert_eq!(leases[0].server.as_deref(), Some("0:1:2"));
        assert_eq!(leases[1].iaid, Some(0x5254_0001));
        assert_eq!(iaid_of("t)Ie"), Some(0x7429_4965));
    }
}
