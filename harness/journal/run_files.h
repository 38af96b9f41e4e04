/* The names of the files in a run's directory. */
#pragma once

#define JOURNAL_FILE "journal.jsonl"
#define RECORDING_FILE "recording.cast"
#define SCREEN_FILE "screen.txt" /* the last screen */
#define STDERR_FILE "stderr.txt"

/* Kept of red runs alone. */
#define EVIDENCE_HEAP_FIRST "heap-first.pb.gz"
#define EVIDENCE_HEAP_LAST "heap-last.pb.gz"
#define EVIDENCE_GOROUTINE_FIRST "goroutine-first.pb.gz"
#define EVIDENCE_GOROUTINE_LAST "goroutine-last.pb.gz"
#define EVIDENCE_GOROUTINES "goroutines.txt"
/* Of a watch, when something began to grow: "flag-1-heap.pb.gz", "flag-1-goroutine.pb.gz". */
#define EVIDENCE_FLAG "flag-%u-%s.pb.gz"
