"""The journal of a run (docs/design.md, "The journal"), read whole or followed while it grows."""

import glob
import json
import os


class Follower:
    """Gives each record once, when its line is whole."""

    def __init__(self, path):
        self.path = path
        self.file = None
        self.rest = b""

    def records(self):
        if self.file is None:
            try:
                self.file = open(self.path, "rb")
            except FileNotFoundError:
                return
        *lines, self.rest = (self.rest + self.file.read()).split(b"\n")
        for line in lines:
            yield json.loads(line)

    def close(self):
        if self.file is not None:
            self.file.close()


def read(path):
    """All records of a journal that is complete."""
    follower = Follower(path)
    records = list(follower.records())
    follower.close()
    return records


def read_all(report):
    """The records of every journal below a report directory, one list for each journal: a scenario
    that is confirmed in a fresh process has several."""
    paths = glob.glob(os.path.join(report, "**", "*.jsonl"), recursive=True)
    return [read(path) for path in sorted(paths)]


def of_kind(records, kind):
    return [record for record in records if record["record"] == kind]


def phase_seconds(records, name):
    """How long a phase lasted in all; 0 where the run had none."""
    total = 0.0
    marks = of_kind(records, "phase") + of_kind(records, "end")
    for mark, following in zip(marks, marks[1:]):
        if mark.get("phase") == name:
            total += following["at"] - mark["at"]
    return total
