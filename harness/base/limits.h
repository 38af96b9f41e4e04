/*
 * Every limit on what leakgate reads, in one place, each with its reason. Over a limit the answer
 * is a clear error that names the limit. See docs/design.md, "Limits".
 */
#pragma once

/* Scenario and target files. libyaml 0.2.5 has no depth limit and is quadratic in it: 200 KB of
 * '[' takes over a minute unless the depth is checked at every event. */
#define LIMIT_YAML_BYTES (256u * 1024u)
#define LIMIT_YAML_DEPTH 32u
#define LIMIT_YAML_EVENTS 20000u
#define LIMIT_YAML_DIAGNOSTICS 50u /* more would not be read by a person */
#define LIMIT_EXTENDS_DEPTH 4u     /* target files that extend one another */
#define LIMIT_SAMPLES 10000        /* of one phase: a day at one in nine seconds */
#define LIMIT_SAMPLES_LEAST 7      /* the judge divides the loop into seven blocks */
#define LIMIT_ITERATIONS 10000     /* of the warm-up, and between two samples */
/* A loop that would be over sooner has more iterations between two samples, but no more than this:
 * they may become slower as the program grows. */
#define LOOP_LEAST_MS 8000
#define FAST_ITERATIONS 20
#define LIMIT_REPEAT 1000                       /* of one press or turn of the wheel */
#define LIMIT_HEAP_RATE (1 << 30)               /* bytes; memprofilerate is an int */
#define LIMIT_EVERY_LEAST_MS 100                /* a sample takes about 50 ms */
#define LIMIT_DURATION_MS (24 * 60 * 60 * 1000) /* longer is a slip of the unit */
#define LIMIT_WORLD_FILE_BYTES (16u * 1024u * 1024u)
/* Of all files of a world together, and of one write step: the largest scenario needs a tenth. */
#define LIMIT_WORLD_BYTES (256u * 1024u * 1024u)
#define LIMIT_FILE_COPIES 10000
#define LIMIT_FILE_LINES 1000000
/* Loops are unrolled when the file is loaded. */
#define LIMIT_LOOP_DEPTH 4u
#define LIMIT_LOOP_TIMES 1000
/* Of one list of steps with all rounds of its loops; each is a line of the journal. */
#define LIMIT_STEPS 2000u
#define LIMIT_STEPS_BYTES (16u * 1024u * 1024u) /* of the texts of such a list */

/* How a file of YAML differs from another revision's: longer than anybody reads. It stands in the
 * journal of each attempt. */
#define LIMIT_DIFFERENCE_BYTES (32u * 1024u)

/* Baselines and other JSON files written by leakgate, perhaps edited by hand. */
#define LIMIT_JSON_BYTES (4u * 1024u * 1024u)
#define LIMIT_JSON_DEPTH 64u
#define LIMIT_JOURNAL_BYTES (256u * 1024u * 1024u)
#define LIMIT_JOURNAL_LINE (64u * 1024u * 1024u)
/* A sample's line holds only what changed, and stands for a whole sample in memory: 256 MiB of
 * holdings at most, and a soak of a day at one sample every 5 s. */
#define LIMIT_JOURNAL_HOLDINGS (16u * 1024u * 1024u)
#define LIMIT_JOURNAL_SAMPLES 20000u

/* Reports that are merged: a scenario's directory has tens of files. A journal may be as large as
 * is read back. */
#define LIMIT_COPY_FILES 10000u
#define LIMIT_COPY_DEPTH 8u
#define LIMIT_COPY_BYTES LIMIT_JOURNAL_BYTES
/* Where artifacts were unpacked, a report lies in ARTIFACT/ or ARTIFACT/leakgate-report/. */
#define LIMIT_REPORT_DEPTH 3u
#define LIMIT_REPORT_ENTRIES 20000u

/* Regular expressions: PCRE2 backtracks. */
#define LIMIT_REGEX_BYTES 1024u
#define LIMIT_REGEX_MATCH 1000000u
#define LIMIT_REGEX_HEAP_KIB (16u * 1024u)

/* pprof over HTTP. Counted in the write callback: curl 7.88 does not stop a chunked body by
 * MAXFILESIZE. */
#define LIMIT_HTTP_BODY_BYTES (64u * 1024u * 1024u)
#define LIMIT_HTTP_STREAM_BYTES (1024u * 1024u * 1024u) /* read piece by piece, and not kept */
#define LIMIT_HTTP_HEADER_BYTES (64u * 1024u)
#define LIMIT_HTTP_CONNECT_MS 1000
#define LIMIT_HTTP_TOTAL_MS 20000

/* gzip inflates 1028:1 at most, so both ends are capped. */
#define LIMIT_GZIP_IN_BYTES (16u * 1024u * 1024u)
#define LIMIT_GZIP_OUT_BYTES (128u * 1024u * 1024u)

/* profile.proto. */
#define LIMIT_PROFILE_SAMPLES 1000000u
#define LIMIT_PROFILE_STRINGS 1000000u
#define LIMIT_PROFILE_TABLE 1000000u  /* locations, functions and inlined lines, each */
#define LIMIT_PROFILE_MAPPINGS 65536u /* a process has 65,530 at most (vm.max_map_count) */
#define LIMIT_PROFILE_MEMORY_BYTES (320u * 1024u * 1024u)
/* Pairs of a function of a profile and a line of the program by which it was reached, 48 bytes each
 * in a table that is half full. Of those after them no line is shown. */
#define LIMIT_PROFILE_REACHED 1000000u
#define LIMIT_PACKAGES 2048u /* whose folders are known: each function is looked up among them */
#define LIMIT_PROFILE_STACK 512u /* the runtime records at most 128 frames, inlining adds more */

/* One file of a run's evidence: a profile that is kept as it was fetched (Sidecar's heap profile at
 * rate 512 is 100 KB, at rate 1 under 1 MB), and the text of its goroutines. */
#define LIMIT_EVIDENCE_BYTES (16u * 1024u * 1024u)

/* Distinct stacks and names kept over a whole run: 10,000 stacks of 20 frames take 2 MB, so this is
 * a target that makes up new ones without end. */
#define LIMIT_HOLDER_BYTES (256u * 1024u * 1024u)

/* The target's terminal output and standard error. The recording keeps the first and the last part
 * of a flood. */
#define LIMIT_RECORDING_FIRST_BYTES (1024u * 1024u)
#define LIMIT_RECORDING_LAST_BYTES (8u * 1024u * 1024u)
#define LIMIT_STDERR_BYTES (4u * 1024u * 1024u)
#define LIMIT_OSC_BYTES 4096u /* an OSC string kept for its title or query; longer is dropped */

/* What a program prints when it is asked one thing, and what a command of a step may write to one
 * file. Both are held in memory. */
#define LIMIT_PRINTED_BYTES (1024u * 1024u)
#define LIMIT_COMMAND_FILE_BYTES (256u * 1024u * 1024u)

/* Of the program's sources that a scenario's findings name. Sidecar's largest file has 110 KB; a
 * report names a few places. */
#define LIMIT_SOURCE_BYTES (1024u * 1024u)
#define LIMIT_SOURCES 64u

/* The page (report/html.h): what a browser on a phone opens at once. A scenario's part that would
 * make it larger is left out, those that passed first, and the page says so. Measured: a run of 25
 * scenarios takes 2 to 3 MB, half of it recordings. */
#define LIMIT_PAGE_BYTES (6u * 1024u * 1024u)
#define LIMIT_PAGE_TEXT_BYTES 2000u /* of one name or sentence; result.json has them whole */
#define LIMIT_PAGE_REPORT_BYTES (1024u * 1024u) /* of the report as text, for who has no script */
#define LIMIT_PAGE_ROWS 60u         /* of a table of what triage or diff found: more than is read */
#define LIMIT_PAGE_WATCH 4000u      /* samples of a watch in the charts over all of it: 150 KB */
#define LIMIT_PAGE_FINDINGS 40u     /* of one kind in one scenario */
#define LIMIT_PAGE_POINTS 240u      /* of one chart: more than it has dots on a phone */
#define LIMIT_PAGE_SAMPLES 120u     /* rows of the table of samples */
#define LIMIT_PAGE_DESCRIPTORS 100u /* kinds of them: a program has some twenty */
/* Of the heap's picture: 20 KB a scenario, and nine tenths of Sidecar's heap. */
#define LIMIT_PAGE_STACKS 150u
#define LIMIT_PAGE_FRAMES 48u /* the innermost: as deep as the page draws */
#define LIMIT_PAGE_STDERR_LINES 50u
/* Recordings in the page: each, and all together. 300 KB hold a minute of Sidecar's tabs. */
#define LIMIT_PAGE_RECORDING_BYTES (320u * 1024u)
/* Of what passed: the start and the first iterations. Measured: 25 such take 0.7 s to draw, and the
 * page around them 0.15 s. */
#define LIMIT_PAGE_RECORDING_PASS_BYTES (64u * 1024u)
#define LIMIT_PAGE_RECORDING_PASS_PICTURES 80u
#define LIMIT_PAGE_RECORDINGS_BYTES (2u * 1024u * 1024u)
/* What is read of one recording to draw it, and how long that may take of a processor: both are far
 * over what a run of half an hour needs (measured: 3.4 MB in 0.3 s). */
#define LIMIT_PAGE_REPLAY_BYTES (24u * 1024u * 1024u)
#define LIMIT_PAGE_REPLAY_SECONDS 5u
#define LIMIT_PAGE_REPLAY_LINES 20000u /* different rows of a screen, in memory */
#define LIMIT_PAGE_REPLAY_CHANGES 1000000u

/* The emulator holds its cells in memory. */
#define LIMIT_EXPLORED_STATES 4000 /* each has its screen and a hundred actions */
#define LIMIT_EXPLORED_BYTES (256U * 1024 * 1024) /* of facts, to be read again */
#define LIMIT_TERMINAL_ROWS 500
#define LIMIT_TERMINAL_COLUMNS 1000
#define LIMIT_TERMINAL_LEAST 2 /* rows and columns: a wide character needs two cells */

/* /proc. */
#define LIMIT_PROC_FILE_BYTES (1024u * 1024u)
#define LIMIT_PROCESS_TREE 4096u
/* Of what was left behind; a fork storm has more than anyone reads. */
#define LIMIT_PROCESS_NAMES 100u

#define LIMIT_DATABASES 50u /* of one process: who else has each is looked for in all of /proc */

/* Files below the world's state directories: a walk of so many takes 20 ms. */
#define LIMIT_STATE_FILES 20000u
#define LIMIT_STATE_DEPTH 32u
#define LIMIT_SESSIONS 1000u  /* of all tmux servers of a world */
#define LIMIT_NAMES_LEFT 100u /* of files and sessions left, as with processes */

/* ELF sections and Go's build information in them (a large program's is 20 KB). */
#define LIMIT_ELF_SECTIONS 4096u
#define LIMIT_BUILD_INFO_BYTES (1024u * 1024u)

#define LIMIT_HEALTHY_MOST 1000000000 /* of a figure of a running program */

/* Waiting. Every wait ends; see DEADLINE_* for the defaults. */
#define DEADLINE_STEP_MS 10000
#define DEADLINE_READY_MS 30000
#define DEADLINE_QUIT_MS 5000
/* A target that is too busy to quit: on a crowded machine it needs several times as long for all
 * that it does, and what spins gets a fraction of a core (measured over 5 s: 0.21 to 0.30 of two
 * with a load of 14). A program at rest uses 0.01 to 0.08 (Sidecar v1.3.0). */
#define DEADLINE_BUSY_QUIT_MS 30000
#define BUSY_QUIT_LOOK_MS 5000
#define BUSY_QUIT_CORES 0.1
#define DEADLINE_VERSION_MS 5000 /* a program that prints its version */
#define DEADLINE_ROUND_TRIP_MS 5000
#define DEADLINE_TMUX_MS 2000 /* a server that is busy is asked again with the next block */
#define DEADLINE_DRAIN_MS 75000
#define DEADLINE_PPROF_MS 10000
#define ATTACH_MS                                                                                  \
    4000 /* to find pprof in a process that runs already; one that is stopped has none */
#define DEADLINE_SCENARIO_MS (30 * 60 * 1000)
/* Watching a program that runs. Whether it has been started again is looked for in all of /proc. */
#define WATCH_LOOK_MS 1000
#define WATCH_FRESH_MS                                                                             \
    2000 /* a new process has to open pprof; one that does later is found later */
#define WATCH_FRESH_LOOK_MS 250 /* between two looks whether a new process has opened pprof */
#define WATCH_HEAP_MS 10000     /* between two readings of the heap, the dearest part of a sample */
#define WATCH_ANSWER_LEAST_MS 5000 /* for pprof to answer, however close the samples are */
/* Samples kept in memory, to judge while it goes; of longer series every second, fourth ... */
#define WATCH_SAMPLES_MOST 420
#define WATCH_FLAGS_MOST 9u /* moments of a series whose profiles are kept */
/* Somebody uses the program where it needs so many cores, and so many times what it needs at most
 * times: at rest a program needs 0.01 to 0.08 (Sidecar v1.3.0). */
#define WATCH_BUSY_CORES 0.2
#define WATCH_BUSY_FACTOR 3
/* A runner that cancels gives 7.5 s between SIGINT and SIGKILL. */
#define DEADLINE_TEARDOWN_MS 5000
/* Of it: what the worker has for an orderly end before the guard kills it, and what the end of all
 * else and the removal of the world may take after that. */
#define DEADLINE_WORKER_STOP_MS 3500
#define DEADLINE_KILL_MS 1000
/* In a locating run the target counts every allocation, and everything may take so many times as
 * long: measured on Sidecar, an iteration takes 2.7 times as long and a profile 7 times. */
#define LOCATING_SLOWDOWN 4
/* After each of its steps it rests until goroutines and descriptors are back to what they were, or
 * have stood still for so long. Twice through the iteration that is longer: what ends by itself
 * within that time is told from what a later step ends. */
#define LOCATING_STILL_MS 1000
#define LOCATING_FIRST_STILL_MS 5000
#define LOCATING_LOOK_MS 100
/* Recording a person: an Escape after which nothing came for so long is that key (a sequence comes
 * in one read), and the size of the terminal is looked at as often. The screen stood still when
 * nothing was drawn for RECORD_QUIET_MS; a replay waits for that, no longer than RECORD_SETTLE_MS
 * where something moves by itself, and rests to see what does. */
#define RECORD_LOOK_MS 50
#define RECORD_QUIET_MS 300
#define RECORD_SETTLE_MS 3000
#define RECORD_REST_MS 1500
#define LIMIT_RECORD_TAKES 1000u /* inputs of one round trip and the way to it */
#define SETTLE_QUIET_MS 100
#define DEADLINE_SETTLE_MS 2000      /* before a sample; a screen in motion is sampled as it is */
#define FIRST_REST_SAMPLE_MS 1000    /* from warm-up or loop to the first sample of the rest */
#define DRAIN_SAMPLE_MS 5000         /* between two samples of the drain */
#define DEADLINE_LEFT_BEHIND_MS 1000 /* for processes that are ending as the target ends */
/* A lone ESC is held by the target's input parser (50 ms in Bubble Tea) to see whether a sequence
 * follows; two within 150 ms mean something else to Sidecar. */
#define ESCAPE_PAUSE_MS 120
#define ESCAPE_LOOK_MS 5 /* between two looks whether the target has read it */
