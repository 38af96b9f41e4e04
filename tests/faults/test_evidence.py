"""What a red run leaves for people to look into: whole profiles, and nothing of them after a pass."""

import gzip
import re
import shlex

from runs import beside_others

# Short, and no rest to speak of: what leaks here does not go away.
FAST = "{warmup: 1, idle: 2, idle_for: 1100ms, drain: 5s, iterations_per_sample: 1}"
ITERATIONS = 20
PROFILES = {"heap-first.pb.gz", "heap-last.pb.gz", "goroutine-first.pb.gz",
            "goroutine-last.pb.gz"}
ALWAYS = {"journal.jsonl", "made-by-leakgate.txt", "recording.cast", "screen.txt", "stderr.txt"}


def run(place, leak):
    place.fast("tab-cycle", FAST)
    shown = place.run("tab-cycle", "--target", "standin", "--program", place.standin(leak),
                      "--no-confirm")
    return shown, place.result()["scenarios"][0]


def files(directory):
    return {path.name for path in directory.iterdir()}


# --- A decoder for profile.proto (github.com/google/pprof) that refuses what is cut off ---

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            assert key & 7 == 2, "profiles have no other fields"
            length, at = varint(data, at)
            assert at + length <= len(data), "cut off"
            value, at = data[at:at + length], at + length
        yield key >> 3, value


def numbers(value):
    if isinstance(value, int):
        return [value]
    found, at = [], 0
    while at < len(value):
        number, at = varint(value, at)
        found.append(number)
    return found


def held_by(path, function):
    """The last value of all samples whose stack has the function: goroutines, or bytes in use."""
    samples, lines, names, strings = [], {}, {}, []
    for field, value in fields(gzip.decompress(path.read_bytes())):
        if field == 2:
            samples.append(list(fields(value)))
        elif field == 4:
            location = list(fields(value))
            number = next(found for key, found in location if key == 1)
            lines[number] = [found for key, line in location if key == 4
                             for part, found in fields(line) if part == 1]
        elif field == 5:
            entry = dict(fields(value))
            names[entry[1]] = entry[2]
        elif field == 6:
            strings.append(value.decode())
    assert samples and lines and names
    total = 0
    for sample in samples:
        stack = {strings[names[called]] for key, value in sample if key == 1
                 for location in numbers(value) for called in lines[location]}
        if any(function in name for name in stack):
            total += [number for key, value in sample if key == 2
                      for number in numbers(value)][-1]
    return total


@beside_others
def test_a_leak_keeps_the_first_and_the_last_profile_and_the_goroutines(place):
    shown, stored = run(place, "goroutine")
    assert shown.status == 1, shown
    directory = place.report / "tab-cycle"
    assert files(directory) == ALWAYS | PROFILES | {"goroutines.txt"}
    first, last = (held_by(directory / f"goroutine-{end}.pb.gz", "main.leakGoroutine")
                   for end in ("first", "last"))
    assert last - first == ITERATIONS
    allocated = [held_by(directory / f"heap-{end}.pb.gz", "main.") for end in ("first", "last")]
    assert min(allocated) > 0
    text = (directory / "goroutines.txt").read_text(encoding="utf-8")
    assert text.count("main.leakGoroutine") >= last
    assert re.search(r"^goroutine \d+ \[chan receive", text, re.MULTILINE)
    said = re.sub(r"\s+", " ", shown.output)
    assert "(recording, screen, standard error, goroutines, profiles)" in said
    [command] = re.findall(r"^To compare its profiles: (.*)$", shown.output, re.MULTILINE)
    assert shlex.split(command) == [
        "go", "tool", "pprof", "-top", "-cum", "-base",
        *(str(directory / f"goroutine-{end}.pb.gz") for end in ("first", "last"))]
    again = place("report", "-v", "--from", place.report)
    assert again.output == shown.output, "as long as the files are there"
    assert stored["findings"][0]["gauge"] == "goroutine"
    place.nothing_left()


@beside_others
def test_a_pass_keeps_none(place):
    shown, stored = run(place, "")
    assert shown.status == 0, shown
    assert stored["verdict"] == "pass"
    assert files(place.report / "tab-cycle") == ALWAYS
    assert "evidence" not in shown.output and "pprof" not in shown.output
    place.nothing_left()


@beside_others
def test_a_crash_in_the_loop_keeps_the_last_that_was_fetched(place):
    shown, stored = run(place, "crash:8")
    assert shown.status == 5, shown
    assert stored["verdict"] == "failed"
    directory = place.report / "tab-cycle"
    assert files(directory) == ALWAYS | PROFILES
    for name in PROFILES:
        assert held_by(directory / name, "runtime.") > 0
    assert "(recording, screen, standard error, profiles)" in re.sub(r"\s+", " ", shown.output)
