#!/bin/sh
# Builds the fuzz targets and runs each for a while: ./run.sh SECONDS [TARGET...]
# One line per target. Ends with 1 when one crashed; its input is left in artifacts/TARGET/.
set -eu
cd "$(dirname "$0")"

seconds=${1:?usage: run.sh SECONDS [TARGET...]}
shift
[ $# -gt 0 ] || set -- $(sed -n 's/^path = "targets\/\(.*\)\.rs"$/\1/p' Cargo.toml)

# SanitizerCoverage on stable Rust: the pass and its options belong to LLVM, not to rustc's -Z flags.
# Naming the target keeps the flags away from build scripts and from libFuzzer itself.
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 ${RUSTFLAGS:-}"
export RUSTFLAGS
for target in "$@"; do
    bins="${bins:-} --bin $target"
done
cargo build --quiet --release --target "$host" $bins
bins=${CARGO_TARGET_DIR:-target}/$host/release

failed=0
for target in "$@"; do
    mkdir -p "corpus/$target" "artifacts/$target"
    seeds=
    [ ! -d "seeds/$target" ] || seeds=seeds/$target
    log=artifacts/$target/log
    status=0
    "$bins/$target" -max_total_time="$seconds" -print_final_stats=1 -timeout=10 \
        -rss_limit_mb=2048 -artifact_prefix="artifacts/$target/" \
        "corpus/$target" $seeds >"$log" 2>&1 || status=$?
    coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ "$status" -ne 0 ]; then
        failed=1
        echo "$target: CRASH after ${runs:-?} inputs, coverage ${coverage:-?}:" \
            "$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1) (log: fuzz/$log)"
    elif [ "${coverage:-0}" -lt 100 ]; then
        failed=1
        echo "$target: FAILED, coverage ${coverage:-none}: the instrumentation does not work (log: fuzz/$log)"
    else
        echo "$target: ok, $runs inputs, coverage $coverage"
    fi
done
exit $failed
