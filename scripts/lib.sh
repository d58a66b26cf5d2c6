# Shared by the verbs; sourced, not run.

say() { printf '\n== %s\n' "$*" >&2; }

# need COMMAND PACKAGE REASON: remember what is missing; install_missing acts on it.
missing_packages=()
need() {
    if ! PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null; then
        missing_packages+=("$2")
        echo "missing: $1, from the package $2: $3" >&2
    fi
}

# need_file GLOB PACKAGE REASON
need_file() {
    # shellcheck disable=SC2086 # the pattern is meant to be expanded
    if ! ls $1 >/dev/null 2>&1; then
        missing_packages+=("$2")
        echo "missing: $1, from the package $2: $3" >&2
    fi
}

# Install what is missing when root, else say how and stop.
install_missing() {
    [ ${#missing_packages[@]} -gt 0 ] || return 0
    local install=(apt-get install -y --no-install-recommends "${missing_packages[@]}")
    if [ "$(id -u)" -ne 0 ]; then
        echo "Please run:  sudo apt-get update && sudo ${install[*]}" >&2
        exit 1
    fi
    say "installing ${missing_packages[*]}"
    # Servers that a package brings are for tests to start by themselves; none shall run by default.
    local policy=/usr/sbin/policy-rc.d made=
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
        made=1
    fi
    local status=0
    export DEBIAN_FRONTEND=noninteractive
    "${install[@]}" >/dev/null 2>&1 || {
        apt-get update -q >&2
        "${install[@]}" >&2 || status=$?
    }
    [ -z "$made" ] || rm -f $policy
    [ $status -eq 0 ] || exit $status
}

need_rust() {
    if ! command -v cargo >/dev/null; then
        echo "missing: cargo. Install a Rust toolchain (1.95 or newer), see https://rustup.rs" >&2
        exit 1
    fi
    need cc build-essential "SQLite is compiled in"
}

PATH=$PATH:/usr/sbin:/sbin
