"""A job that uses the action of this repository, with a leakgate that is played or the real one."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

from runner import Runner

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FAKE = pathlib.Path(__file__).with_name("fake_leakgate.py")


# What builds a program.
COMPILERS = {"cc", "gcc", "c99", "c89", "clang", "cmake", "ninja", "make", "ld"}


def make_release(directory, leakgate, sources=SOURCE):
    """The files of a release of these sources, as ci/release makes them; returns its URL."""
    ask = subprocess.run(["bash", "-c", ". ci/lib.sh; machine; version_of_leakgate; hash_of_sources"],
                         cwd=sources, check=True, capture_output=True, encoding="utf-8")
    machine, version, of_sources = ask.stdout.split()
    files = directory / f"v{version}"
    files.mkdir(parents=True)
    name = f"leakgate-linux-{machine}"
    shutil.copyfile(leakgate, files / name)
    checksum = hashlib.sha256((files / name).read_bytes()).hexdigest()
    (files / f"{name}.sha256").write_text(f"# sources {of_sources}\n{checksum}  {name}\n")
    return f"file://{directory}"


def path_without(directory, names):
    """A PATH on which everything is that is on this one, but for these programs."""
    directory.mkdir()
    for folder in reversed(os.environ["PATH"].split(":")):
        for program in pathlib.Path(folder).glob("*"):
            link = directory / program.name
            link.unlink(missing_ok=True)
            if program.name not in names:
                link.symlink_to(program)
    return str(directory)


class Job(Runner):
    """A job whose leakgate is played (`fake`), or the real one (`real`), or comes from a release as for
    those who use the action, on a machine that cannot build it (`released`)."""

    def __init__(self, root):
        super().__init__(root, SOURCE / "ci")
        self.calls_file = self.root / "calls"

    def fake(self, cancel_at=None, inputs=None, **behaviour):
        behaviour["calls"] = str(self.calls_file)
        return self.use(cancel_at=cancel_at, impatient_at="goes on", leakgate=FAKE,
                        environment={"FAKE": json.dumps(behaviour)}, **(inputs or {}))

    def real(self, **inputs):
        return self.use(leakgate=os.environ["LEAKGATE_BIN"], **inputs)

    def released(self, **inputs):
        directory = self.root / "releases"
        if not directory.exists():
            self.environment["PATH"] = path_without(self.root / "path", COMPILERS)
            make_release(directory, os.environ["LEAKGATE_BIN"])
        return self.use(releases=f"file://{directory}", **inputs)

    def calls(self, command):
        """The arguments of each call of that command."""
        calls = [json.loads(line) for line in self.calls_file.read_text().splitlines()]
        return [call[1:] for call in calls if call[0] == command]
