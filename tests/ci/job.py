"""A job that uses the action of this repository, with a leakgate that is played or the real one."""

import json
import os
import pathlib

from runner import Runner

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FAKE = pathlib.Path(__file__).with_name("fake_leakgate.py")


class Job(Runner):
    """A job whose leakgate is played (`fake`), or the real one (`real`)."""

    def __init__(self, root):
        super().__init__(root, SOURCE / "ci")
        self.calls_file = self.root / "calls"

    def fake(self, cancel_at=None, inputs=None, **behaviour):
        behaviour["calls"] = str(self.calls_file)
        return self.use(cancel_at=cancel_at, impatient_at="goes on", leakgate=FAKE,
                        environment={"FAKE": json.dumps(behaviour)}, **(inputs or {}))

    def real(self, **inputs):
        return self.use(leakgate=os.environ["LEAKGATE_BIN"], **inputs)

    def calls(self, command):
        """The arguments of each call of that command."""
        calls = [json.loads(line) for line in self.calls_file.read_text().splitlines()]
        return [call[1:] for call in calls if call[0] == command]
