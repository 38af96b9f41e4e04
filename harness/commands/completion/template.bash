# Completions of leakgate for bash, made by `leakgate completion bash`.

_leakgate_offer() # WORD...: those that begin with what is typed
{
    local word
    for word; do
        [[ $word == "$current"* ]] && COMPREPLY+=("$prefix$word")
    done
}

_leakgate_ask() # scenarios|targets|tags
{
    local word
    while IFS= read -r word; do
        _leakgate_offer "$word"
    done < <("$program" completion "$1" ${scenarios:+--scenarios "$scenarios"} 2>/dev/null)
}

# What stands in the line is expanded by the shell, and a branch can have any name.
_leakgate_revisions()
{
    local word
    _leakgate_offer HEAD
    while IFS= read -r word; do
        [[ $word == *[^[:alnum:]_./@+-]* ]] || _leakgate_offer "$word"
    done < <(git for-each-ref --format='%(refname:short)' 2>/dev/null)
}

# The names of files and directories are readline's to complete and to quote.
_leakgate_files() { [[ -z $prefix ]] && compopt -o default; }
_leakgate_directories() { [[ -z $prefix ]] && compopt -o dirnames; }
_leakgate_or_files() { ((${#COMPREPLY[@]})) || _leakgate_files; }

_leakgate_commands()
{
    _leakgate_offer help@commands@
}

_leakgate_value() # of the option before the cursor, if it has one
{
    case $command:$option in
@values@
    *) return 1 ;;
    esac
    return 0
}

_leakgate()
{
    local program=$1 current=$2 option=$3 prefix='' scenarios='' command word i
    COMPREPLY=()
    program=${program/#\~\//$HOME/}
    if [[ $current == = ]]; then
        current=''
    elif [[ $option == = ]] && ((COMP_CWORD >= 2)); then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $current == --*=* ]]; then
        option=${current%%=*}
        prefix=$option=
        current=${current#*=}
    fi
    if ((COMP_CWORD == 1)); then
        _leakgate_commands
        _leakgate_offer --help --version
        return
    fi
    command=${COMP_WORDS[1]}
    for ((i = 2; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == --scenarios ]]; then
            [[ ${COMP_WORDS[i + 1]-} == = ]] && ((++i))
            ((i + 1 < COMP_CWORD)) && scenarios=${COMP_WORDS[i + 1]}
        elif [[ $word == --scenarios=* ]]; then
            scenarios=${word#*=}
        fi
    done
    scenarios=${scenarios/#\~\//$HOME/}
    if _leakgate_value; then
        return
    fi
    case $command in
@words@
    help) _leakgate_commands ;;
    esac
}

complete -F _leakgate leakgate
