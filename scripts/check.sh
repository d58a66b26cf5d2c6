#!/usr/bin/env bash
# Formatting, lints and documentation; fails on the first finding of each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
    echo "usage: ./run check    rustfmt, clippy, rustdoc, shellcheck and cargo-deny (the last two where installed)"
    exit 0
fi

need_rust
install_missing
say "formatting"
cargo fmt --all --check
(cd fuzz && cargo fmt --check)
say "lints"
cargo clippy --workspace --all-targets -- -D warnings
say "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --quiet
if command -v shellcheck >/dev/null; then
    say "shell scripts"
    shellcheck -x run .ci/run scripts/*.sh fuzz/run.sh
else
    echo "not checked: shell scripts (shellcheck is not installed)" >&2
fi
if command -v cargo-deny >/dev/null; then
    say "dependencies"
    cargo deny check licenses bans sources
else
    echo "not checked: licences of dependencies (cargo-deny is not installed)" >&2
fi
