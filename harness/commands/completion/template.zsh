#compdef leakgate
# Completions of leakgate for zsh, made by `leakgate completion zsh`.

_leakgate_ask() { # [OPTION OF compadd ...] scenarios|targets|tags
    local directory=${(Q)opt_args[--scenarios]}
    local -a found
    directory=${directory/#\~\//$HOME/}
    found=(${(f)"$($leakgate completion $@[-1] ${directory:+--scenarios=$directory} 2>/dev/null)"})
    compadd "$@[1,-2]" -a found
}

_leakgate_ask_or_files() { _leakgate_ask "$@" || _files }

_leakgate_revisions() {
    local -a found
    found=(HEAD ${(f)"$(git for-each-ref --format='%(refname:short)' 2>/dev/null)"})
    compadd "$@" -a found
}

_leakgate() {
    local curcontext=$curcontext context state state_descr line ret=1
    local leakgate=${${(Q)words[1]}/#\~\//$HOME/}
    local -A opt_args
    local -a commands=(
@commands@
        'help:print the help of a command'
    )
    _arguments -C \
        '(- *)'{-h,--help}'[print this help]' \
        '(- *)'{-V,--version}'[print the version]' \
        '1:command:->command' '*::argument:->argument' && return
    if [[ $state == command ]]; then
        _describe -t commands command commands
        return
    fi
    case $words[1] in
@words@
    help)
        _describe -t commands command commands && ret=0
        ;;
    esac
    return ret
}

if [[ $funcstack[1] == _leakgate ]]; then
    _leakgate "$@"
else
    compdef _leakgate leakgate
fi
