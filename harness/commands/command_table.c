#include "commands/command.h"

const struct command_info command_table[] = {
    {COMMAND_RUN, command_run, "run", "[SCENARIO|FILE.yaml ...]", "run scenarios and judge them",
     "Starts the target of each scenario (the program under test) in a pseudo-terminal, plays the "
     "scenario again and again, samples it, and judges its growth by the stored baseline, or by "
     "the defaults where there is none: nothing may grow. Without a name, all scenarios of the "
     "scenarios directory run, or those with the tags of the project file (leakgate.yaml). All "
     "files are checked before anything starts, and before the program is built.\n\n"
     "With --jobs scenarios run side by side, the longest first, each with its own home and "
     "report; the report keeps the order of the suite. --shard I/N is for machines that share a "
     "suite: the N parts are the same everywhere, and one that no scenario falls to is a pass. "
     "--tag, names and --shard narrow the choice one after the other.\n\n"
     "--for gives scenarios that are paced by time another length: leakgate run --tag soak --for "
     "8h.\n\n"
     "For authors: leakgate run SCENARIO --iterations 1 --show --keep-world plays a scenario "
     "once."},
    {COMMAND_ACCEPT, command_accept, "accept", "SCENARIO...",
     "make or update baselines from a report",
     "Takes the levels at rest of a run into the scenario's baseline. A run that does not pass is "
     "refused unless each leaking holder is named by --holder, with a --reason; its growth then "
     "becomes an exception of the baseline. Shows the difference it makes, and what it raises. "
     "With "
     "--tighten nothing is raised: allowances go down to what is left. Refuses to work in "
     "continuous integration (CI set): baselines are changed by people and reviewed."},
    {COMMAND_REVIEW, command_review, "review", "[DIR]",
     "go through the findings of a report, to accept them or not",
     "Shows each scenario that leaks, asks of each holder whether it is accepted, why, and until "
     "when, and writes the baseline when all of a scenario is accepted, as accept does. DIR is a "
     "report; by default that of the last run. Quitting leaves what was accepted before."},
    {COMMAND_CHECK, command_check, "check", "[SCENARIO|FILE ...]",
     "check scenarios, target files, baselines and the project file",
     "Lists all errors of the files with line and column and starts nothing. Without a name, all "
     "in the scenarios and baselines directories are checked, and the project file."},
    {COMMAND_LIST, command_list, "list", "[SCENARIO|FILE.yaml ...]", "list the scenarios",
     "Prints each scenario with its target, tags, needs, whether it has a baseline (yes, no, or "
     "that of another plan, when the scenario or its target file has changed since), and how many "
     "seconds it takes: by its baseline, or estimated (~).\n\n"
     "With --tolerances it lists what the baselines tolerate beyond the default instead, and "
     "why."},
    {COMMAND_REPORT, command_report, "report", "",
     "judge a run's journals again and print the report",
     "Makes the report again from the journals of an earlier run, without the target. The exit "
     "status is 0 when that was possible, whatever the verdicts are."},
    {COMMAND_MERGE, command_merge, "merge", "DIR...", "make one report of those of shards",
     "Reads the reports of `leakgate run --shard I/N` and makes one of them, with one verdict: all "
     "formats, and a copy of the evidence. A DIR is a report, or a directory in which they lie, as "
     "the artifacts of a build are unpacked. The inputs stay as they are.\n\n"
     "The exit status is that of a run of the whole suite. It is 2 when a shard is missing, or a "
     "scenario of the suite has no result: the report is made of what there is, and names what is "
     "missing. A shard that is there twice, or reports that are not of one suite (other scenarios, "
     "options, or builds of the target), make no report.\n\n"
     "Reports of whole suites are merged when no scenario is in two of them."},
    {COMMAND_DIFF_BASELINE, command_diff_baseline, "diff-baseline", "[REV]",
     "show what changes in baselines and scenarios, for a review",
     "Compares the baselines and scenarios of the working tree with those of a git revision, and "
     "marks what is weaker in a baseline: a larger allowance, a new exception, one that holds "
     "longer, a level over the tolerance of the old one. Where the plan of a scenario differs, the "
     "lines of its files that differ are shown. Without REV the revision is where HEAD left the "
     "remote's default branch (or the "
     "one it tracks, or HEAD itself).\n\n"
     "The exit status is 0, whatever changes, but for --fail-on weaker, and 2 where a file or the "
     "revision cannot be read."},
    {COMMAND_BISECT, command_bisect, "bisect", "SCENARIO...", "run scenarios for git bisect run",
     "The same as run, with the exit status that `git bisect run` asks for: 0 for a pass, 1 for a "
     "leak, and 125 (this commit cannot be judged) for everything that is no verdict: a build that "
     "fails, a target that crashes, a run that is inconclusive or invalid, a wrong option; of "
     "several scenarios the worst counts, and a failure is worse than a leak. Quarantines do not "
     "count. A signal ends the search.\n\n"
     "    git bisect start BAD GOOD\n"
     "    git bisect run leakgate bisect tab-cycle --build make --program ./app --control "
     "../good\n\n"
     "Without --program it is the program of LEAKGATE_PROGRAM, of the project file or of PATH that "
     "runs, whatever --build makes. The scenarios, baselines and the control build should lie "
     "outside the tree "
     "that is searched, or each commit is judged by its own."},
    {COMMAND_TRIAGE, command_triage, "triage", "[PID|NAME]",
     "look at a program that runs and is sick",
     "Prints one screen of a process that runs already: what is out of range, the worst first, "
     "with "
     "what to look at next; then memory by kind, descriptors, files that are open more than once, "
     "SQLite databases and who locks them, threads, processes, goroutines by state and stack, and "
     "what holds the heap. It takes two seconds. Nothing in the process changes but for one "
     "connection to its pprof, which is found by the socket.\n\n"
     "Without an operand it is the Go program of this user that listens on loopback. Where several "
     "processes fit they are listed. Without pprof there is what /proc tells; of another user's "
     "process sudo shows more.\n\n"
     "What is healthy stands in the target file with the program's name (key healthy), or is what "
     "holds of any Go program.\n\n"
     "The exit status is 0 when nothing is out of range, 1 when something is, 2 when no process "
     "fits, or several do."},
    {COMMAND_WATCH, command_watch, "watch", "[PID|NAME|-- COMMAND ...]",
     "sample a running program, and say when it grows",
     "Takes a sample of a program that runs already, again and again: over a night, or as long as "
     "somebody works with it. On a terminal it shows a table with what each gauge gains per hour, "
     "elsewhere it prints the samples as CSV. It says when something grows and what holds it, and "
     "keeps the profiles of that moment. Nothing in the program changes: no collection is "
     "forced.\n\n"
     "Ctrl-C or the end of --for makes the report, in all the formats of leakgate run, and the "
     "exit "
     "status is that of a run. What was sampled is kept when leakgate is killed: leakgate report "
     "--from DIR makes the report then.\n\n"
     "A program that was named by its name may end: the next process of that name is watched, as a "
     "new series of the report. With a PID the watch ends with it. Samples that the program does "
     "not "
     "answer for are missing, and time that the machine was suspended does not count.\n\n"
     "With -- the program is started here, has the terminal for itself, and leakgate says nothing "
     "until it has ended:\n\n"
     "    leakgate watch --every 10s -- ./app"},
    {COMMAND_DIFF, command_diff, "diff", "BEFORE [AFTER]",
     "show what grew between two profiles, reports or journals",
     "BEFORE and AFTER are two profiles as pprof writes them (heap, allocs, goroutine, cpu; gzip "
     "or "
     "not; a file or http://127.0.0.1:PORT/debug/pprof/heap), two report directories of leakgate "
     "run, or two journals (.jsonl). A report or a journal alone is compared with itself: its "
     "first "
     "sample at rest with its last.\n\n"
     "Of profiles it prints, function by function, what `go tool pprof -top -base BEFORE AFTER` "
     "prints, with the same numbers, the largest difference first; of the heap bytes and objects, "
     "of "
     "goroutines by cum, as with -cum. "
     "Behind a function stands the line of the program itself by which most of it came. Of reports "
     "and journals it prints what each holder held before and after.\n\n"
     "Regular expressions are PCRE2's. They mean the same as in go tool pprof, which knows fewer: "
     "no "
     "lookaround, no backreferences, no possessive quantifiers. Names of C++ are not demangled, "
     "and "
     "addresses without a function stay without one.\n\n"
     "    leakgate diff before.pb.gz http://127.0.0.1:6060/debug/pprof/heap\n"
     "    leakgate diff leakgate-report\n\n"
     "The exit status is 0, whatever grew, 2 where an operand is no profile or the two are of two "
     "kinds, and 5 where a URL does not answer."},
    {COMMAND_FETCH, command_fetch, "fetch", "cpu|heap|allocs|goroutine|trace [PID|NAME]",
     "fetch and keep a profile of a running program",
     "Fetches a profile from a program that runs already and has its pprof port open, keeps it, "
     "prints its top, and the command to go on with. Without PID, NAME, --port or --url it is the "
     "Go program that listens on loopback, if there is one. The heap is as the program's own "
     "collections left it: none is forced.\n\n"
     "A file that is there already is not replaced, unless --out names it. Ctrl-C leaves no half "
     "file.\n\n"
     "    leakgate fetch heap sidecar\n"
     "    leakgate fetch cpu --for 10s --url http://127.0.0.1:6060\n\n"
     "The exit status is 2 when no process fits, several do, or the file is there, 3 when the "
     "process "
     "serves no pprof, and 5 when it does not answer or ends meanwhile."},
    {COMMAND_SCHEMA, command_schema, "schema", "scenario|target|project",
     "print the JSON Schema of a kind of file",
     "Prints the JSON Schema (2020-12) of scenarios, target files or the project file, by which "
     "editors complete and underline. Without an operand it is that of scenarios.\n\n"
     "    leakgate schema project > project.schema.json"},
    {COMMAND_COMPLETION, command_completion, "completion", "bash|zsh|fish|scenarios|targets|tags",
     "print the completions of a shell",
     "Prints a script by which a shell completes commands, options and their values, and the names "
     "of scenarios, target files and tags. The Debian package brings the scripts along. By "
     "hand:\n\n"
     "    eval \"$(leakgate completion bash)\"         in ~/.bashrc\n"
     "    source <(leakgate completion zsh)           in ~/.zshrc, after compinit\n"
     "    leakgate completion fish | source           in ~/.config/fish/config.fish\n\n"
     "scenarios, targets and tags are what the scripts ask for: the words that there are, one a "
     "line."},
};
const size_t command_table_count = sizeof command_table / sizeof *command_table;
