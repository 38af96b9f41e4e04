"""`cmake --install` puts everything in its place, and what is there works from there."""

import gzip
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import LEAKGATE, SOURCE

BUILD = pathlib.Path(LEAKGATE).parent
SOURCES = pathlib.Path(SOURCE)


def install(prefix):
    shown = subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], capture_output=True,
                           encoding="utf-8", check=False)
    assert shown.returncode == 0, shown.stderr


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    path = tmp_path_factory.mktemp("install") / "local"
    install(path)
    return path


def files_below(directory):
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}


def test_every_file_has_its_place(prefix):
    wanted = {
        "bin/leakgate",
        "share/man/man1/leakgate.1.gz",
        "share/bash-completion/completions/leakgate",
        "share/fish/vendor_completions.d/leakgate.fish",
        "share/zsh/site-functions/_leakgate",
        "share/doc/leakgate/README.md",
        "share/doc/leakgate/copyright",
        "share/doc/leakgate/changelog.gz",
    }
    wanted |= {f"share/doc/leakgate/docs/{path.name}" for path in SOURCES.glob("docs/*.md")}
    for folder in ("scenarios", "baselines"):
        wanted |= {f"share/leakgate/{folder}/{name}" for name in files_below(SOURCES / folder)}
    if (SOURCES / "ci/pre-push").exists():
        wanted.add("share/leakgate/ci/pre-push")
    assert files_below(prefix) == wanted


def test_below_usr_zsh_finds_it_where_debian_looks(tmp_path):
    install(tmp_path / "usr")
    [found] = (tmp_path / "usr/share/zsh").rglob("_leakgate")
    assert found.parent.name == "vendor-completions"


def test_what_is_installed_is_what_was_made(prefix):
    page = gzip.decompress((prefix / "share/man/man1/leakgate.1.gz").read_bytes())
    assert page == (SOURCES / "docs/leakgate.1").read_bytes()
    for shell, name in (("bash", "bash-completion/completions/leakgate"),
                        ("fish", "fish/vendor_completions.d/leakgate.fish"),
                        ("zsh", "zsh/site-functions/_leakgate")):
        made = subprocess.run([LEAKGATE, "completion", shell], capture_output=True, check=True)
        assert (prefix / "share" / name).read_bytes() == made.stdout


def test_the_installed_program_runs_with_the_installed_scenarios(prefix, tmp_path):
    def run(*words):
        return subprocess.run([prefix / "bin/leakgate", *words], cwd=tmp_path, capture_output=True,
                              encoding="utf-8", check=False)

    version = run("--version").stdout.split()[1]
    shared = prefix / "share/leakgate"
    checked = run("check", "--scenarios", shared / "scenarios", "--baselines", shared / "baselines")
    assert checked.returncode == 0, checked.stderr
    assert re.search(r"^\d+ scenarios, \d+ target files, \d+ baselines: fine$", checked.stdout,
                     re.MULTILINE)
    changes = gzip.decompress((prefix / "share/doc/leakgate/changelog.gz").read_bytes()).decode()
    assert changes.startswith(f"leakgate ({version}) ")


def test_the_copyright_holds_the_whole_licence(prefix):
    text = (prefix / "share/doc/leakgate/copyright").read_text(encoding="utf-8")
    licence = (SOURCES / "LICENSE").read_text(encoding="utf-8").partition("Permission")[2]
    words = " ".join(line.strip() for line in text.splitlines() if line.strip() != ".")
    assert " ".join(("Permission" + licence).split()) in " ".join(words.split())


def test_an_installed_completion_is_found_by_bash(prefix):
    if not shutil.which("bash"):
        pytest.skip("bash is not on this machine")
    script = prefix / "share/bash-completion/completions/leakgate"
    shown = subprocess.run(["bash", "-c", f"source '{script}' && complete -p leakgate"],
                           capture_output=True, encoding="utf-8", check=False,
                           env={"PATH": os.environ["PATH"]})
    assert shown.stdout == "complete -F _leakgate leakgate\n", shown.stderr
