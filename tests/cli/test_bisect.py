"""leakgate bisect: what is no verdict leaves the commit out (125), so that git goes on looking."""

import pytest


@pytest.mark.parametrize("words, says", [
    ([], "bisect needs the name of a scenario"),
    (["tab-cycle", "--bild", "true"], "did you mean --build?"),
    (["no-such-scenario"], "no-such-scenario"),
    (["tab-cycle", "--build", "exit 3"], "--build ended with exit status 3"),
    (["tab-cycle", "--build", "true", "--program", "./no-such-program"], "no-such-program"),
])
def test_what_is_no_verdict(leakgate, source, words, says):
    tried = leakgate("bisect", *words, "--scenarios", f"{source}/scenarios")
    assert tried.returncode == 125, tried
    assert says in tried.stderr
    assert "is not a verdict: this commit is skipped" in tried.stderr


def test_what_the_build_prints_is_no_result(leakgate, source):
    tried = leakgate("bisect", "tab-cycle", "--build", "echo built; false",
                     "--scenarios", f"{source}/scenarios")
    assert tried.stdout == ""
    assert "built\n" in tried.stderr


def test_a_build_that_is_interrupted_ends_the_search(leakgate, source):
    tried = leakgate("bisect", "tab-cycle", "--build", "kill -INT $$",
                     "--scenarios", f"{source}/scenarios")
    assert tried.returncode == 130


def test_a_report_that_cannot_be_written_is_no_verdict(leakgate):
    with open("/dev/full", "wb") as full:
        tried = leakgate("bisect", "--help", stdout=full)
        assert tried.returncode == 125, tried
        assert leakgate("run", "--help", stdout=full).returncode == 70
