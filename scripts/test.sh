#!/usr/bin/env bash
# Everything that must pass before a change lands.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
    cat <<'EOF'
usage: ./run test [CARGO TEST ARGUMENTS]

Checks, all tests (unit, every engine, end to end with real clients), the comparison with Kea, ten seconds of
fuzzing per decoder, a short look at whether the bench works, and two minutes of chaos. With arguments: only `cargo test` with them.
Installs the Debian packages it needs when root, else names them and stops.
EOF
    exit 0
fi

need_rust
need g++ g++ "libFuzzer is C++"
need ip iproute2 "networks of their own for end-to-end tests"
need tcpdump tcpdump "looking at packets"
need mariadbd mariadb-server "tests run on every engine"
need_file '/usr/lib/postgresql/*/bin/postgres' postgresql "tests run on every engine"
need psql postgresql-client "tests look into tables"
need openssl openssl "certificates for TLS to a database"
need dhclient isc-dhcp-client "a real client"
need udhcpc udhcpc "a real client"
need dhcpcd dhcpcd-base "a real client"
need dhcrelay isc-dhcp-relay "a real relay"
need kea-dhcp4 kea-dhcp4-server "the original, to compare with"
need kea-dhcp6 kea-dhcp6-server "the original, to compare with"
need kea-dhcp-ddns kea-dhcp-ddns-server "it carries out requests for names"
need named bind9 "a DNS server"
need dig bind9-dnsutils "tests look into it"
need sqlite3 sqlite3 "tests look into tables"
need perfdhcp kea-admin "a load generator"
need_file /usr/lib/galera/libgalera_smm.so galera-4 "nodes of MariaDB that are one database"
need rsync rsync "a Galera node gets its first data with it"
need_file '/usr/lib/*/faketime/libfaketimeMT.so.1' faketime "a worker's clock is set with it"
install_missing

log=$(mktemp)
trap 'rm -f "$log"' EXIT

cargo_test() {
    cargo build --workspace --bins --quiet
    cargo test --workspace --no-fail-fast "$@" 2>&1 | tee -a "$log"
}

if [ $# -gt 0 ]; then
    cargo_test "$@"
    exit
fi

scripts/check.sh
say "tests"
status=0
cargo_test || status=1
say "the same packets to Kea and to Murre"
scripts/compare.sh 2>&1 | tee -a "$log" || {
    [ $? -eq 77 ] || status=1
}
say "fuzzing, 10 s per decoder"
scripts/fuzz.sh --seconds 10 || status=1

say "the bench works"
scripts/bench.sh --short --out target/bench-short 2>&1 | tee -a "$log" || {
    [ $? -eq 77 ] || status=1
}

say "chaos: faults of every kind, two minutes of them"
scripts/chaos.sh --short 2>&1 | tee -a "$log" || status=1

say "the curves of the bench work"
for curve in fill start workers rows features cores; do
    scripts/bench.sh "$curve" --short --allocator random --out target/bench-short 2>&1 | tee -a "$log" || {
        [ $? -eq 77 ] || status=1
    }
done

# A skipped test says so in its output; it is counted, never as passed.
skipped=$(grep -cE '^SKIPPED\b' "$log" || true)
awk -v skipped="$skipped" '/^test result:/ { passed += $4; failed += $6 }
    END { printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$log"
exit $status
