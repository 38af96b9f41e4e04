"""The program of a release runs where nothing else is. ci/release takes minutes, so it is not made here."""

import os
import shutil
import subprocess

import pytest
from job import SOURCE

STATIC = SOURCE / "build" / "static" / "leakgate"

pytestmark = [
    pytest.mark.skipif(not STATIC.exists(), reason="build/static/leakgate is not there: ci/release makes it"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a root folder of its own is for root alone"),
]


def run(root, *words):
    return subprocess.run(["chroot", root, "/leakgate", *words], capture_output=True, encoding="utf-8",
                          env={"PATH": os.environ["PATH"]}, check=False)


def test_in_an_empty_root_folder(tmp_path):
    """No C library, no loader, no locale."""
    shutil.copy(STATIC, tmp_path)
    for folder in ("scenarios", "baselines"):
        shutil.copytree(SOURCE / folder, tmp_path / folder)
    assert run(tmp_path, "--version").stdout.startswith("leakgate ")
    checked = run(tmp_path, "check")
    assert checked.returncode == 0 and ": fine" in checked.stdout, checked
    assert "tmux" in run(tmp_path, "list", "--needs", "--tag", "gate").stdout.splitlines()
