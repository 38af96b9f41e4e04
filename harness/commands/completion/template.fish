# Completions of leakgate for fish, made by `leakgate completion fish`.

function __leakgate_command -d 'The command on the line, if there is one'
    set -l words (commandline -opc)
    set -q words[2]; and string match -q -v -- '-*' $words[2]; and echo $words[2]
end

function __leakgate_has -d 'Is the command on the line one of these?'
    contains -- (__leakgate_command) $argv
end

function __leakgate_has_none -d 'Is there no command yet?'
    not __leakgate_command >/dev/null
end

function __leakgate_ask -d 'scenarios, targets or tags'
    set -l words (commandline -opc)
    set -l directory
    set -l next
    for word in $words
        if set -q next[1]
            set directory $word
            set next
        else if test "$word" = --scenarios
            set next directory
        else if string match -q -- '--scenarios=*' $word
            set directory (string replace -- '--scenarios=' '' $word)
        end
    end
    set directory (string replace -r -- '^~/' $HOME/ $directory)
    set -l program (string replace -r -- '^~/' $HOME/ $words[1])
    $program completion $argv[1] --scenarios=$directory 2>/dev/null
end

function __leakgate_revisions
    echo HEAD
    git for-each-ref --format='%(refname:short)' 2>/dev/null
end

complete -c leakgate -f
complete -c leakgate -n __leakgate_has_none -s h -l help -d 'print this help'
complete -c leakgate -n __leakgate_has_none -s V -l version -d 'print the version'
complete -c leakgate -n __leakgate_has_none -a help -d 'print the help of a command'
