# shellcheck shell=bash
# What the scripts of the action share; sourced, never run.
#
# The runner talks with a step by its standard output, where a line that begins with `::` is a
# command, and by files that variables name: GITHUB_OUTPUT, GITHUB_STEP_SUMMARY. What comes from the
# target, or from a file of a pull request, is data: it goes there escaped, below a delimiter that
# nobody can guess, or while commands are off.

# shellcheck source=ci/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What the action needs beside leakgate and its libraries.
# shellcheck disable=SC2034
run_packages=(git jq)

# A step summary may have 1 MiB; more is left out whole by the runner.
# shellcheck disable=SC2034
summary_limit=$((900 * 1024))

# random_word NAME: a word that nobody can guess, into the variable of that name.
random_word() {
    local digits
    read -r digits </proc/sys/kernel/random/uuid
    printf -v "$1" '%s' "${digits//-/}"
}

# set_output NAME VALUE: for later steps. The value may be anything.
set_output() {
    local delimiter
    random_word delimiter
    printf '%s<<end_%s\n%s\nend_%s\n' "$1" "$delimiter" "$2" "$delimiter" \
        >>"${GITHUB_OUTPUT:-/dev/null}"
}

# Text as the data of a workflow command: printable, short, on one line.
escape_data() {
    local text
    text=$(printf '%s' "$1" | tr -d '\000-\010\013-\037\177' | head -c 1000 | iconv -c -t UTF-8)
    text=${text//'%'/%25}
    printf '%s' "${text//$'\n'/%0A}"
}

# ... and as a property of one.
escape_property() {
    local text
    text=$(escape_data "$1")
    text=${text//:/%3A}
    printf '%s' "${text//,/%2C}"
}

# annotate LEVEL TITLE TEXT: marks the run with an error, a warning or a notice.
annotate() {
    printf '::%s title=%s::%s\n' "$1" "$(escape_property "$2")" "$(escape_data "$3")"
}

# The step ends here, with the status of a wrong file or option.
give_up() {
    annotate error "leakgate: error" "$1"
    exit 2
}
