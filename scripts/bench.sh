#!/usr/bin/env bash
# Murre and Kea side by side on the same databases.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

need_rust
need ip iproute2 "server and clients in networks of their own"
need mariadbd mariadb-server "the databases that both use"
need_file '/usr/lib/postgresql/*/bin/postgres' postgresql "the databases that both use"
need psql postgresql-client "Kea's schema is made with it"
need kea-dhcp4 kea-dhcp4-server "the original"
need kea-dhcp6 kea-dhcp6-server "the original"
need perfdhcp kea-admin "the load generator"
install_missing
if [ "${1:-}" != --help ]; then
    say "building"
    cargo build --release --bins
else
    cargo build --release --quiet -p murre-bench
fi
exec "${CARGO_TARGET_DIR:-target}/release/murre-bench" "$@"
