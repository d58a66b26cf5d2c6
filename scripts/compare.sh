#!/usr/bin/env bash
# The same packets to Debian's Kea and to Murre.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
    cat <<'EOF'
usage: ./run compare [TEXT]

Starts Debian's kea-dhcp4 and Murre with the same configuration, each in a network of its own, sends both the
queries of tests/compare/scenarios/*.json and compares the answers field by field. With TEXT: only
scenarios whose "file: name" contains it. Tells every difference; ends with 1 when one is not listed in its
scenario with a reason, or when a listed one is not there. Needs root for network namespaces.
EOF
    exit 0
fi

need_rust
need ip iproute2 "the servers stand in networks of their own"
need kea-dhcp4 kea-dhcp4-server "the original, to compare with"
install_missing

say "building"
cargo build -p murre-compare -p murre-worker
folder=$(realpath "${CARGO_TARGET_DIR:-target}")/debug
export MURRE_BIN_DIR=$folder
exec "$folder/murre-compare" "$@"
