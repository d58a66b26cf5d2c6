#!/usr/bin/env bash
# Murre and Kea side by side on the same databases.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

short=
help=
for argument in "$@"; do
    case $argument in
    --short) short=1 ;;
    --help | -h) help=1 ;;
    esac
done

need_rust
if [ -z "$help" ]; then
    need ip iproute2 "server and clients in networks of their own"
    need mariadbd mariadb-server "a database that both use"
    need_file '/usr/lib/postgresql/*/bin/postgres' postgresql "a database that both use"
    need psql postgresql-client "Kea's schema is made with it"
    need sqlite3 sqlite3 "leases in the embedded database are counted with it"
    need kea-dhcp4 kea-dhcp4-server "the original"
    need kea-dhcp6 kea-dhcp6-server "the original"
    need perfdhcp kea-admin "its load generator"
fi
install_missing

# A short run only shows that everything works: the build that the tests have already is enough.
profile=release
folder=release
if [ -n "$short$help" ]; then
    profile=dev
    folder=debug
fi
build=(cargo build --profile $profile -p murre-bench)
if [ -z "$help" ]; then
    say "building"
    build+=(-p murre-worker -p murre-load)
else
    build+=(--quiet)
fi
"${build[@]}"
exec "${CARGO_TARGET_DIR:-target}/$folder/murre-bench" "$@"
