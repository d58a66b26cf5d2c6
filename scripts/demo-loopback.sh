#!/usr/bin/env bash
# The demo without any privilege: relayed exchanges over loopback on high ports; called by demo.sh.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
: "${bin:?}" "${folder:?}"
need perfdhcp kea-admin "a client that works without privileges"
install_missing

worker=
clean_up() {
    [ -z "$worker" ] || { kill $worker 2>/dev/null || true; wait $worker 2>/dev/null || true; }
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 0' INT TERM

cat >"$folder/murre.json" <<EOF
{
  "Dhcp4": {
    "interfaces-config": { "interfaces": [ "lo/127.0.0.1" ], "dhcp-socket-type": "udp" },
    "lease-database": { "type": "sqlite", "name": "$folder/leases.sqlite" },
    "subnet4": [ {
      "id": 1, "subnet": "127.0.0.0/8", "allocator": "random",
      "pools": [ { "pool": "127.1.0.0/16" } ]
    } ]
  }
}
EOF
say "no namespaces here: a worker on loopback, port 10067"
KEA_PIDFILE_DIR=$folder "$bin/murre-worker" -c "$folder/murre.json" -p 10067 -P 10068 >"$folder/worker.log" 2>&1 &
worker=$!
for ((i = 0; i < 100; i++)); do
    grep -q DHCP4_STARTED "$folder/worker.log" && break
    kill -0 $worker 2>/dev/null || break
    sleep 0.1
done
cat "$folder/worker.log"
grep -q DHCP4_STARTED "$folder/worker.log"
say "three clients behind a relay: perfdhcp"
# -W: it waits 2 s for answers still to come. It ends with 3 where one is missing; the table decides.
perfdhcp -4 -n 3 -R 3 -r 10 -W 2000000 -L 10068 -N 10067 127.0.0.1 >"$folder/perfdhcp.log" 2>&1 || true
grep -E 'sent|received' "$folder/perfdhcp.log" || true
say "the lease table: murre-admin lease-list"
leases=$("$bin/murre-admin" lease-list -4 --url "sqlite://$folder/leases.sqlite")
echo "$leases"
granted=$(grep -c '^127\.1\.' <<<"$leases" || true)
if [ "$granted" != 3 ]; then
    cat "$folder/perfdhcp.log" "$folder/worker.log" >&2
    echo "three clients asked, and $granted have a lease" >&2
    exit 1
fi
[ -z "${once:-}" ] || exit 0
say "serving until Ctrl-C"
tail -n 0 -f "$folder/worker.log" --pid=$worker
