"""The recorded traces: DIR/CLASS/NNN/journal.jsonl, with the table of classes beside this file."""

import collections
import io
import json
import os
import re
import tarfile

import classes

CLASSES = classes.TABLE
ARCHIVE = os.path.join(classes.HERE, "traces.tar.xz")
JOURNAL = "journal.jsonl"
# Of a class that is played several times, the processes after the first.
TIMES = tuple(f"times-{number}" for number in range(2, 21))
SPLITS = ("held-out", "tuning")

# `plan` is the hash of what was done: some classes come in variants.
Trace = collections.namedtuple("Trace", "name number split path plan")


def split_of(number):
    """The fixed rule: every fourth run is for setting thresholds, the others never are."""
    return "tuning" if number % classes.TUNING_EVERY == 0 else "held-out"


def read_classes(path=CLASSES):
    return {row["name"]: {"bytes_per_iteration": None, **row} for row in classes.load(path)}


PLAN = re.compile(rb'"plan_hash":"(\w+)"')


def make_trace(name, number, path):
    with open(path, "rb") as file:
        found = PLAN.search(file.readline())
    return Trace(name, number, split_of(number), path, found.group(1).decode() if found else "")


def find(directory, classes):
    """{class: its traces by number}, of the classes in the table that have any."""
    found = {}
    for name in classes:
        folder = os.path.join(directory, name)
        numbers = sorted(entry for entry in (os.listdir(folder) if os.path.isdir(folder) else ())
                         if entry.isdigit() and os.path.exists(f"{folder}/{entry}/{JOURNAL}"))
        if numbers:
            found[name] = [make_trace(name, int(number), os.path.join(folder, number, JOURNAL))
                           for number in numbers]
    return found


def processes_of(trace):
    """The journals of a run with --times, the first process's first."""
    folder = os.path.dirname(trace.path)
    paths = [os.path.join(folder, attempt, JOURNAL) for attempt in ("", *TIMES)]
    return [path for path in paths if os.path.exists(path)]


def others_of(trace, traces, count):
    """The next traces of the same class, split and plan, the first after the last: what stands for
    the fresh processes that confirm a leak."""
    same = [other for other in traces if (other.split, other.plan) == (trace.split, trace.plan)]
    at = same.index(trace)
    return [same[(at + i) % len(same)] for i in range(1, count + 1) if i < len(same)]


GAUGES = re.compile(rb'"gauges":(\{[^}]*\})')
ITERATION = re.compile(rb'"iteration":(\d+)')
LOOP = b'"phase":"loop","record":"sample"'
TARGET = b'"record":"target"'


def loop_series(lines):
    """{gauge: (iterations, values)} of the loop's samples. The lines are looked into, not parsed:
    their holdings are most of a journal, and not asked for here."""
    series = collections.defaultdict(lambda: ([], []))
    for line in lines:
        if LOOP not in line:
            continue
        iteration = int(ITERATION.search(line).group(1))
        for gauge, value in json.loads(GAUGES.search(line).group(1)).items():
            series[gauge][0].append(iteration)
            series[gauge][1].append(value)
    return dict(series)


def go_version(lines):
    for line in lines:
        if TARGET in line:
            return json.loads(line).get("go", "")
    return ""


def cut(lines, samples):
    """The journal as if its loop had ended after so many samples: what follows is left out, up to
    the last record. None where the loop is shorter. The drain is lost: only for leaks
    that do not drain."""
    marks = [i for i, line in enumerate(lines) if LOOP in line]
    if len(marks) < samples or b'"record":"end"' not in lines[-1]:
        return None
    return lines[:marks[samples - 1] + 1] + lines[-1:]


def extent(lines, samples):
    """Iterations between the loop's first sample and the one of that number, and the seconds from
    the start of the target to it."""
    marks = [line for line in lines if LOOP in line]
    first, last = json.loads(marks[0]), json.loads(marks[samples - 1])
    return last["iteration"] - first["iteration"], last["at"]


BENCHMARK = b"tests/bench/detection/"
FILE = re.compile(rb'"file":"([^"]*)' + re.escape(BENCHMARK + b"scenarios/"))


def without_call(journal):
    """The journal without the command line of its recording, which names places of a machine."""
    first, newline, rest = journal.partition(b"\n")
    header = json.loads(first)
    if not header.keys() & {"options", "baselines"}:
        return journal
    kept = {key: value for key, value in header.items() if key not in ("options", "baselines")}
    return json.dumps(kept, separators=(",", ":"), sort_keys=True).encode() + newline + rest


def without_root(journal):
    """The journal with the benchmark's files named from the root of the sources, wherever it was
    recorded."""
    found = FILE.search(journal)
    if found is None or not found.group(1):
        return journal
    return journal.replace(found.group(1) + BENCHMARK, BENCHMARK)


def pack(kept, archive):
    """Writes the archive; the same traces give the same bytes."""
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for trace in kept:
            with open(trace.path, "rb") as file:
                journal = without_root(without_call(file.read()))
            member = tarfile.TarInfo(f"{trace.name}/{trace.number:03d}/{JOURNAL}")
            member.size, member.mode, member.mtime = len(journal), 0o644, 0
            tar.addfile(member, io.BytesIO(journal))


def unpack(archive, directory):
    """Only what `pack` writes is taken out."""
    wanted = re.compile(rf"[a-z0-9-]+/\d{{3}}/{re.escape(JOURNAL)}")
    with tarfile.open(archive, "r:xz") as tar:
        for member in tar:
            if not member.isfile() or not wanted.fullmatch(member.name):
                raise ValueError(f"{member.name}: no journal of a trace")
            path = os.path.join(directory, member.name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(tar.extractfile(member).read())
