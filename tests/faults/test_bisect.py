"""git finds the commit that brought a leak, by leakgate bisect."""

import os
import shlex
import subprocess

import pytest

from runs import LEAKGATE, beside_others

pytestmark = pytest.mark.usefixtures("standin_is_built")


def git(repository, *words, status=0):
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    done = subprocess.run(["git", *identity, "-C", str(repository), *words], check=False,
                          capture_output=True, encoding="utf-8",
                          env={"PATH": os.environ["PATH"], "HOME": str(repository),
                               "GIT_CONFIG_NOSYSTEM": "1"})
    assert done.returncode == status, done
    return done.stdout.strip()


@beside_others
def test_the_commit_that_brought_the_leak(place):
    """Of five commits the third does not build, and the fourth brings the leak."""
    scenario = place.fast("tab-cycle", "{idle_for: 1100ms, drain: 5s, iterations_per_sample: 1}")
    # What is forgiven elsewhere is what is looked for here.
    scenario.write_text(scenario.read_text(encoding="utf-8") +
                        "quarantine: {reason: it leaks, until: 2099-12-31}\n", encoding="utf-8")
    programs = {leak: place.standin(leak) for leak in ("", "goroutine")}
    repository = place.root / "programs/repository"
    repository.mkdir(parents=True)
    git(repository, "init", "-q", "-b", "main")
    commits = []
    for number, content in enumerate(["", "", "broken", "goroutine", "goroutine"]):
        program = programs.get(content, "/nonexistent")
        (repository / "program").write_text(f"{program}\n", encoding="utf-8")
        (repository / "number").write_text(f"{number}\n", encoding="utf-8")
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", f"commit {number}")
        commits.append(git(repository, "rev-parse", "HEAD"))
    git(repository, "bisect", "start", commits[4], commits[0])
    built = place.root / "programs/built"
    command = [LEAKGATE, "bisect", "tab-cycle", "--scenarios", str(place.root / "scenarios"),
               "--target", "standin", "--build", f'ln -sf "$(cat program)" {built} && test -e {built}',
               "--program", str(built), "--report", str(place.report), "--no-confirm"]
    # The commit that does not build stands just before the bad one, so git names both (status 2).
    found = git(repository, "bisect", "run", "sh", "-c", shlex.join(command), status=2)
    assert "The first bad commit could be any of:" in found
    assert {commits[2], commits[3]} <= set(found.splitlines())
    log = git(repository, "bisect", "log")
    assert f"# bad: [{commits[3]}]" in log
    assert f"# good: [{commits[1]}]" in log
    assert f"# skip: [{commits[2]}]" in log
    place.nothing_left()
