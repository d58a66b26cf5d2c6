#!/usr/bin/env bash
# See it work: a worker with the embedded database, a private link, a real client, the lease tables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

once=
for argument in "$@"; do
    case $argument in
    --once) once=1 ;;
    --help | -h)
        cat <<'EOF'
usage: ./run demo [--once]

Builds Murre and serves DHCPv4 and DHCPv6 on a link of its own, in network namespaces, with the
embedded database in a temporary folder. A real client gets an IPv4 lease, an IPv6 address and a
prefix; then the lease tables are shown, and it goes on serving until Ctrl-C (--once: it ends).
Nothing of this machine's network is touched. Without root it uses a user namespace; where the
system forbids these, an exchange over loopback on high ports.
EOF
        exit 0
        ;;
    *)
        echo "demo: unknown option '$argument'; see ./run demo --help" >&2
        exit 2
        ;;
    esac
done

need_rust
need ip iproute2 "a link of its own"
need dhclient isc-dhcp-client "a real client"
install_missing
say "building (the first time takes some minutes)"
cargo build --release -p murre-worker -p murre-admin
bin=$(cd "${CARGO_TARGET_DIR:-target}/release" && pwd)
folder=$(mktemp -d /tmp/murre-demo.XXXXXX)
export once bin folder

if [ "$(id -u)" -eq 0 ]; then
    exec scripts/demo-link.sh
elif unshare --map-root-user --net --mount true 2>/dev/null; then
    exec unshare --map-root-user --net --mount scripts/demo-link.sh private
else
    exec scripts/demo-loopback.sh
fi
