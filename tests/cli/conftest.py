"""What every test of the command line needs: the program, run as a person or a build would run it."""

import os
import subprocess

import browser
import journals
import pytest

LEAKGATE = os.environ["LEAKGATE_BIN"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Leakgate:
    """leakgate in a directory of its own, with an environment that is the same everywhere."""

    def __init__(self, directory):
        self.directory = directory
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "TMPDIR": str(directory),
            "LC_ALL": "C",
        }

    def __call__(self, *words, timeout=60, stdout=subprocess.PIPE, preexec_fn=None, **environment):
        return subprocess.run(
            [LEAKGATE, *map(str, words)],
            cwd=self.directory,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            preexec_fn=preexec_fn,
            timeout=timeout,
            check=False,
            encoding="utf-8",
        )


@pytest.fixture
def leakgate(tmp_path):
    return Leakgate(tmp_path)


@pytest.fixture
def report(leakgate):
    """The report of two runs: a clean one and a leaking one."""
    directory = leakgate.directory / "leakgate-report"
    journals.clean().write(directory)
    journals.leaking().write(directory)
    return directory


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """One browser for all tests of a file, since a start takes a second."""
    if browser.find() is None:
        pytest.skip("no Chromium here (LEAKGATE_BROWSER can name one)")
    started = browser.Browser(tmp_path_factory.mktemp("browser"))
    yield started
    started.close()


@pytest.fixture
def source():
    """The root of the sources, for scenarios that are part of them."""
    return SOURCE
