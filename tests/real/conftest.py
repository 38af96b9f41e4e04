"""The Sidecar that these tests are for. Without it they are skipped, and ctest is told so."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

# The baselines in baselines/sidecar were recorded from this one.
VERSION = "v1.3.0"
VERSION_0_90 = "v0.90.0"
# SKIP_RETURN_CODE in tests/CMakeLists.txt.
ALL_SKIPPED = 77


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and not reporter.stats.get("passed"):
        session.exitstatus = ALL_SKIPPED


def version_of(program, home):
    """What it says itself; it is kept away from the files and the network of whoever runs this."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "SIDECAR_ISOLATED_STATE": "1",
                   "SIDECAR_RELEASE_API_BASE": "http://127.0.0.1:1", "TMUX_TMPDIR": str(home),
                   **{f"XDG_{kind}_HOME": str(home / kind.lower())
                      for kind in ("STATE", "CACHE", "DATA", "CONFIG")}}
    shown = subprocess.run([program, "-config", home / "config.json", "-version"], cwd=home,
                           env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                           timeout=30, check=True, encoding="utf-8")
    found = re.search(r"\S*\d+\.\d+\S*", shown.stdout)
    return found.group() if found else "of no known version"


def find(variable, name, version, directory):
    """The path of the program, of that version; skips where there is none."""
    program = os.environ.get(variable) or shutil.which(name)
    if not program:
        pytest.skip(f"there is no {name} on PATH, and {variable} is not set")
    found = version_of(program, directory)
    if found != version:
        pytest.skip(f"{program} is {found}; the baselines are those of {version}")
    return pathlib.Path(program).absolute()


@pytest.fixture(scope="session")
def sidecar(tmp_path_factory):
    """The path of the real Sidecar, of the version that the baselines are for."""
    return find("LEAKGATE_PROGRAM", "sidecar", VERSION, tmp_path_factory.mktemp("version"))


@pytest.fixture(scope="session")
def sidecar_0_90(tmp_path_factory):
    """The path of the older release of scenarios/targets/sidecar-0.90.yaml."""
    return find("LEAKGATE_PROGRAM_0_90", "sidecar-v0.90.0", VERSION_0_90,
                tmp_path_factory.mktemp("version"))
