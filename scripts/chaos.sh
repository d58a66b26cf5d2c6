#!/usr/bin/env bash
# Workers, clients and a database under faults of every kind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

short=
arguments=()
for argument in "$@"; do
    case $argument in
    --short) short=1 ;;
    --help | -h)
        cat <<'EOF'
usage: ./run chaos [--minutes N] [--engine postgresql|mysql|sqlite] [--setup single|standby|galera]
                   [--workers N] [--clients N] [--sharing] [--seed S] [--faults KIND,...]
       ./run chaos --short

Real workers on a real database, hundreds of clients of both families, and faults at random moments:
workers and databases are killed, stopped, frozen, cut off and slowed down, and primaries fail over.
Afterwards the history of what clients were told is held against the lease tables. Prints what was
done, the longest gap in service, and every violation with its story; ends with 1 when there is one, or
when service did not come back. Needs root for network namespaces; nothing of this machine's network
or databases is touched.

  --minutes N   how long faults are injected (2)
  --engine E    the database: postgresql (default), mysql (MariaDB) or sqlite
  --setup S     single (default); standby: PostgreSQL with a synchronous standby that takes over;
                galera: three MariaDB nodes
  --workers N   3 unless told otherwise
  --clients N   1000 unless told otherwise
  --sharing     workers share the clients among themselves; without it all answer every query
  --seed S      repeats the choice of faults of an earlier run, which prints it
  --faults K    only these kinds, comma separated: murre-chaos --help lists them
  --short       half a minute per engine and a failover, on an unoptimized build: part of the tests
EOF
        exit 0
        ;;
    *) arguments+=("$argument") ;;
    esac
done

need_rust
need ip iproute2 "workers, clients and databases in networks of their own"
need mariadbd mariadb-server "a database"
need_file '/usr/lib/postgresql/*/bin/postgres' postgresql "a database"
need psql postgresql-client "the lease tables are read with it"
need sqlite3 sqlite3 "the lease tables are read with it"
need_file /usr/lib/galera/libgalera_smm.so galera-4 "nodes of MariaDB that are one database"
need rsync rsync "a Galera node gets its first data with it"
need_file '/usr/lib/*/faketime/libfaketimeMT.so.1' faketime "a worker's clock is set with it"
install_missing

profile=release
folder=release
if [ -n "$short" ]; then
    profile=dev
    folder=debug
fi
say "building"
cargo build --profile $profile -p murre-chaos -p murre-worker
folder=$(realpath "${CARGO_TARGET_DIR:-target}")/$folder
export MURRE_BIN_DIR=$folder
if [ -z "$short" ]; then
    exec "$folder/murre-chaos" "${arguments[@]}"
fi

# What a failure needs is printed; each of these takes its time, so all are told before the end.
status=0
chaos() {
    say "chaos: $*"
    "$folder/murre-chaos" --clients 300 "$@" || {
        result=$?
        [ $result -eq 77 ] || status=1
    }
}
chaos --engine postgresql --minutes 0.4 --faults kill-worker,kill-database,kill-sessions,cut-link "${arguments[@]}"
chaos --engine mysql --minutes 0.4 --faults kill-worker,kill-database,kill-sessions,hold-locks "${arguments[@]}"
chaos --engine sqlite --minutes 0.3 --faults kill-worker,pause-worker,hold-locks "${arguments[@]}"
chaos --engine postgresql --setup standby --minutes 0.2 --faults fail-over "${arguments[@]}"
exit $status
