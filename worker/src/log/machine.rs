//! Names of this machine, for layouts that show them.

use std::fs;

/// The host's name, as the kernel has it.
pub(crate) fn host_name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// The host's name with its domain where `/etc/hosts` tells it. The resolver is not asked: it
/// may take seconds, and a log must not wait for it.
pub(super) fn full_host_name() -> String {
    let short = host_name();
    if short.contains('.') {
        return short;
    }
    let hosts = fs::read_to_string("/etc/hosts").unwrap_or_default();
    full_name_in(&hosts, &short).unwrap_or(short)
}

fn full_name_in(hosts: &str, short: &str) -> Option<String> {
    hosts
        .lines()
        .flat_map(|line| line.split('#').next())
        .flat_map(|line| line.split_whitespace().skip(1))
        .find(|name| {
            name.strip_prefix(short)
                .is_some_and(|domain| domain.starts_with('.'))
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::full_name_in;

    #[test]
    fn the_domain_is_found_among_the_hosts() {
        let hosts =
            "127.0.0.1 localhost # ns.example.org\n192.0.2.1 ns2.example.org ns.example.org ns\n";
        assert_eq!(full_name_in(hosts, "ns").as_deref(), Some("ns.example.org"));
        assert_eq!(full_name_in(hosts, "other"), None);
    }
}
