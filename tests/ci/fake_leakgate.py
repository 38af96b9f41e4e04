#!/usr/bin/python3
"""Plays leakgate for the action's scripts, as the variable FAKE (JSON) says:

status       the exit status of run and merge
text         what they print
verdicts     of the scenarios in result.json; null: none is written
annotations, markdown   what the formats of that name hold; markdown `times` over
wait         true: wait for a signal, and end with 128 and its number
needs        what list --needs prints, a line each
deaf         numbers of signals that are heard, and it goes on
Each call's arguments are added to the file that `calls` names.
"""

import json
import os
import pathlib
import signal
import sys

FAKE = json.loads(os.environ.get("FAKE", "{}"))


def option(name, default=None):
    for word in sys.argv:
        if word.startswith(f"--{name}="):
            return word.partition("=")[2]
    if f"--{name}" in sys.argv:
        return sys.argv[sys.argv.index(f"--{name}") + 1]
    return default


def say(text):
    """Not by print, which a signal in the midst of it may not call again."""
    os.write(1, f"{text}\n".encode())


def end(number, _):
    if number in FAKE.get("deaf", []):
        say(f"heard signal {number} and goes on")
        return
    say(f"ended by signal {number}")
    sys.exit(128 + number)


def wait():
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, "it is ignored"
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    say("it runs")
    while True:
        signal.pause()


def main():
    if "calls" in FAKE:
        with open(FAKE["calls"], "a", encoding="utf-8") as calls:
            print(json.dumps(sys.argv[1:]), file=calls)
    command = sys.argv[1]
    if command == "--version":
        print("leakgate 0.1.0")
        return 0
    if command == "list" and "--needs" in sys.argv:
        print(*FAKE.get("needs", []), sep="\n", end="\n" if "needs" in FAKE else "")
        return 0
    if command == "list":
        print("SCENARIO\n\n2 scenarios, about 61 s one after the other")
        return 0
    if command == "report":
        sys.stdout.write(FAKE.get("annotations", ""))
        return 0
    sys.stdout.buffer.write(FAKE.get("text", "").encode("utf-8", "surrogateescape"))
    sys.stdout.flush()
    if FAKE.get("wait"):
        wait()
    if FAKE.get("verdicts") is not None:
        report = pathlib.Path(option("report"))
        report.mkdir(exist_ok=True)
        scenarios = [{"name": f"s{i}", "verdict": verdict, **FAKE.get("more", {})}
                     for i, verdict in enumerate(FAKE["verdicts"])]
        (report / "result.json").write_text(json.dumps({"version": 1, "scenarios": scenarios}))
        (report / "summary.md").write_text(FAKE.get("markdown", "") * FAKE.get("times", 1))
    return FAKE.get("status", 0)


if __name__ == "__main__":
    sys.exit(main())
