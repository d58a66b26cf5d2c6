#!/usr/bin/env bash
# Murre and Kea side by side on the same databases, and how Murre alone scales.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

curve=
case ${1:-} in
fill | start | workers | rows | features | cores | charts) curve=$1 ;;
--help | -h)
    cat <<'EOF'
usage: ./run bench [--short] [--engine ENGINE ...] [--generator NAME ...] [--family 4|6 ...] [--out DIR]
       ./run bench fill|start|workers|rows|features|cores|charts [options]

Debian's Kea and Murre side by side: the same configuration, an empty database each, full durability.
A generator on a link of its own raises the rate until 1 % of the exchanges are lost; the table shows
exchanges per second, delays and processor time. Everything takes about half an hour. Needs root for
network namespaces; nothing of this machine's network or databases is touched.

  --engine ENGINE   postgresql, mariadb or memfile (the embedded one); several times, default all
  --generator NAME  perfdhcp or ours (murre-load); twice, default both
  --family 4|6      twice, default both, but perfdhcp 4 alone
  --short           does it work? Seconds at one low rate, an unoptimized build, no measurement
  --out DIR         where bench.json and bench.svg go; default target/bench

How Murre alone scales (docs/scaling.md); each has --help and --short:

  fill      new leases by how full the pool is
  start     from exec to the first lease
  workers   several workers on one database
  rows      renewals and new leases with up to ten million leases in the table
  features  classes, reservations in the database and many subnets, beside a plain configuration
  cores     the database on some of the machine's cores
  charts    charts and tables of what was measured so far
EOF
    exit 0
    ;;
esac

short=
for argument in "$@"; do
    [ "$argument" != --short ] || short=1
done

need_rust
need ip iproute2 "server and clients in networks of their own"
need mariadbd mariadb-server "a database that both use"
need_file '/usr/lib/postgresql/*/bin/postgres' postgresql "a database that both use"
need psql postgresql-client "Kea's schema is made with it"
need sqlite3 sqlite3 "leases in the embedded database are counted with it"
need taskset util-linux "programs are kept to some cores"
if [ -z "$curve" ]; then
    need kea-dhcp4 kea-dhcp4-server "the original"
    need kea-dhcp6 kea-dhcp6-server "the original"
    need perfdhcp kea-admin "its load generator"
fi
install_missing

# A short run only shows that everything works: the build that the tests have already is enough.
profile=release
folder=release
if [ -n "$short" ]; then
    profile=dev
    folder=debug
fi
say "building"
cargo build --profile $profile -p murre-bench -p murre-load -p murre-worker
exec "${CARGO_TARGET_DIR:-target}/$folder/murre-bench" "$@"
