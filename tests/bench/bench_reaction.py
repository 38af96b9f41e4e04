"""(2) From a wait that the screen already satisfies to the next key sent."""

import os

import journal
from program import require

AT_MOST = ("at most", 2)
PAIRS = 20  # in one iteration

HEAD = """\
version: 1
title: Waits that hold already
target: sidecar
needs: [git]
iteration:
"""
# The key of the tab that is shown, and a text of it: the target files' `ready` steps end there. The
# rest is a `sleep`, not a `settle`: a key that draws nothing gives a `settle` nothing to wait for, and
# dozens of keys within milliseconds are not what a scenario does.
PRESS = '  - press: "1"\n'
WAIT = "  - wait: {text: Recent Commits}\n"
REST = "  - sleep: 50ms\n"


def reactions(records):
    """Milliseconds from the moment a wait begins, the screen showing what it wants, to the moment
    the key of the press after it is written; what leakgate journals in between is part of it."""
    steps = journal.of_kind(records, "step")
    found = []
    for wait, press in zip(steps, steps[1:]):
        if wait["iteration"] > 0 and wait["step"].startswith("wait") and \
                press["step"].startswith("press"):
            found.append((press["at"] - wait["at"]) * 1e3 + press["took_ms"])
    return found


def played_rows(setting, name, text, iterations, label, row):
    report = setting.report(name)
    played = setting.play(setting.write(name, text), report, "--iterations", str(iterations))
    require(played, (0, 3), label)
    records = journal.read(os.path.join(report, name, "journal.jsonl"))
    return row(label, "ms", reactions(records), AT_MOST), played


def run(setting, quick, row, log):
    iterations = 3 if quick else 10
    rows, plays = [], []
    for name, body, label in (
            ("waits-at-rest", REST + WAIT + PRESS, "satisfied wait -> key sent, screen at rest"),
            ("waits-after-a-key", REST + PRESS + WAIT + PRESS,
             "satisfied wait -> key sent, right after a key")):
        log(label)
        found, played = played_rows(setting, name, HEAD + body * PAIRS, iterations, label, row)
        rows.append(found)
        plays.append(played)
    return rows, [], plays
