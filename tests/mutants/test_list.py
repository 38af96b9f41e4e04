"""The list of mutants fits the source, and the tool finds what it is to change."""
import importlib.machinery
import importlib.util
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent
LOADER = importlib.machinery.SourceFileLoader("mutants_run", str(HERE / "run"))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants_run", LOADER))
LOADER.exec_module(run)

SOURCE = """static bool one(int a)
{
    if (a > 0 &&
        a < 9)
        return true;
    return a == 7;
}

bool two(struct s *s,
         int a)
{
    return one(a) || a == 7;
}
"""


def mutant(text):
    return run.Mutant("base/x.c " + text)


def test_the_list_fits_the_source():
    mutants = run.read_list(run.LIST.read_text())
    assert run.stale(mutants, run.ROOT) == []
    assert len(mutants) >= 60
    assert len({str(each) for each in mutants}) == len(mutants)


def test_the_old_text_may_be_broken_into_other_lines():
    changed = mutant("one: b\n-if (a > 0 && a < 9)\n+if (a > 0)").apply(SOURCE)
    assert "    if (a > 0)\n        return true;" in changed


def test_only_the_function_is_changed():
    changed = mutant("two: b\n-a == 7\n+a == 8").apply(SOURCE)
    assert changed == SOURCE.replace("|| a == 7", "|| a == 8")


@pytest.mark.parametrize("text, problem", [
    ("three: b\n-a\n+b", "no such function"),
    ("one: b\n-a == 8\n+b", "0 times"),
    ("-: b\n-a == 7\n+b", "2 times"),
])
def test_what_does_not_fit_is_stale(text, problem):
    with pytest.raises(run.Stale, match=problem):
        mutant(text).apply(SOURCE)


def test_a_mutant_that_changes_nothing_is_refused():
    with pytest.raises(ValueError, match="changes nothing"):
        mutant("one: b\n-a\n+a")
