#!/usr/bin/env bash
# The demo on a link between two network namespaces; called by demo.sh with bin, folder and once set.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
: "${bin:?}" "${folder:?}"

# In a user namespace /run is not ours to write to.
[ "${1:-}" != private ] || mount -t tmpfs tmpfs /run

server=murre-demo-server-$$
client=murre-demo-client-$$
worker=
clients=()
clean_up() {
    for pid in "${clients[@]}" $worker; do kill "$pid" 2>/dev/null || true; done
    [ -z "$worker" ] || wait "$worker" 2>/dev/null || true
    ip netns del $server 2>/dev/null || true
    ip netns del $client 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 0' INT TERM

say "a link: 192.0.2.0/24 and 2001:db8:1::/64 between two network namespaces"
ip netns add $server
ip netns add $client
for namespace in $server $client; do
    ip netns exec $namespace sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 || true
    ip -n $namespace link set lo up
done
# After the settings above, so that link-local addresses are usable at once.
ip link add lan netns $server type veth peer name eth netns $client
ip -n $server address add 192.0.2.1/24 dev lan
ip -n $server address add 2001:db8:1::1/64 dev lan nodad
ip -n $server link set lan up
ip -n $client link set eth up

cat >"$folder/murre.json" <<EOF
{
  "Dhcp4": {
    "interfaces-config": { "interfaces": [ "lan" ] },
    "lease-database": { "type": "sqlite", "name": "$folder/leases.sqlite" },
    "valid-lifetime": 3600,
    "option-data": [ { "name": "domain-name-servers", "data": "192.0.2.53" } ],
    "subnet4": [ {
      "id": 1, "subnet": "192.0.2.0/24", "allocator": "random",
      "pools": [ { "pool": "192.0.2.100 - 192.0.2.199" } ],
      "option-data": [ { "name": "routers", "data": "192.0.2.1" } ]
    } ]
  },
  "Dhcp6": {
    "interfaces-config": { "interfaces": [ "lan" ] },
    "lease-database": { "type": "sqlite", "name": "$folder/leases.sqlite" },
    "subnet6": [ {
      "id": 1, "subnet": "2001:db8:1::/64", "interface": "lan", "allocator": "random",
      "pools": [ { "pool": "2001:db8:1::1000 - 2001:db8:1::ffff" } ],
      "pd-pools": [ { "prefix": "2001:db8:8000::", "prefix-len": 48, "delegated-len": 56 } ]
    } ]
  }
}
EOF

say "a worker: murre-worker -c $folder/murre.json"
KEA_PIDFILE_DIR=$folder ip netns exec $server "$bin/murre-worker" -c "$folder/murre.json" >"$folder/worker.log" 2>&1 &
worker=$!
for ((i = 0; i < 100; i++)); do
    grep -q DHCP4_STARTED "$folder/worker.log" && grep -q DHCP6_STARTED "$folder/worker.log" && break
    kill -0 $worker 2>/dev/null || break
    sleep 0.1
done
if ! grep -q DHCP6_STARTED "$folder/worker.log"; then
    cat "$folder/worker.log" >&2
    exit 1
fi
cat "$folder/worker.log"

# What the client is told ends up on its interface and on this screen, not in the system's files.
cat >"$folder/client.sh" <<'EOF'
#!/bin/sh
case $reason in
BOUND | RENEW | REBIND)
    ip address replace "$new_ip_address/$new_subnet_mask" valid_lft "$new_dhcp_lease_time" preferred_lft "$new_dhcp_lease_time" dev "$interface"
    echo "client: $reason: address $new_ip_address for $new_dhcp_lease_time s, router $new_routers, DNS $new_domain_name_servers"
    ;;
BOUND6 | RENEW6 | REBIND6)
    [ -z "$new_ip6_address" ] || echo "client: $reason: address $new_ip6_address for $new_max_life s"
    [ -z "$new_ip6_prefix" ] || echo "client: $reason: prefix $new_ip6_prefix for $new_max_life s"
    ;;
esac
EOF
chmod +x "$folder/client.sh"

# dhclient FAMILY OPTIONS...: returns when it is bound, and stays to renew.
dhclient() {
    local family=$1
    shift
    ip netns exec $client dhclient "$family" -1 -v "$@" -sf "$folder/client.sh" -cf /dev/null \
        -lf "$folder/client$family.leases" -pf "$folder/client$family.pid" eth 2>"$folder/client$family.log" ||
        { cat "$folder/client$family.log" "$folder/worker.log" >&2; exit 1; }
    clients+=("$(cat "$folder/client$family.pid")")
}
say "a client asks for an IPv4 lease: dhclient -4"
dhclient -4
say "and for an IPv6 address and a prefix: dhclient -6 -N -P"
dhclient -6 -N -P

say "the lease tables: murre-admin lease-list"
"$bin/murre-admin" lease-list -4 --url "sqlite://$folder/leases.sqlite"
"$bin/murre-admin" lease-list -6 --url "sqlite://$folder/leases.sqlite"

if [ -n "${once:-}" ]; then
    say "done"
    exit 0
fi
say "serving until Ctrl-C; a shell beside the client:  ip netns exec $client bash"
tail -n 0 -f "$folder/worker.log" --pid=$worker
