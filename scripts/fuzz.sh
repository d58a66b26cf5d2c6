#!/usr/bin/env bash
# Throw garbage at every decoder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

seconds=60
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h)
        echo "usage: ./run fuzz [--seconds N] [TARGET...]    N seconds (60) for each target (all); see fuzz/README.md"
        exit 0
        ;;
    --seconds)
        seconds=${2:?--seconds needs a number}
        shift
        ;;
    *) targets+=("$1") ;;
    esac
    shift
done

need_rust
need g++ g++ "libFuzzer is C++"
install_missing
fuzz/run.sh "$seconds" "${targets[@]}"
