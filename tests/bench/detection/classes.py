"""The table of classes, classes.json, and what a run of a class needs."""

import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "classes.json")
# With more at once, the runs of `clean` and `fd-5` begin to be judged wrongly (README.md).
JOBS_PER_CORE = 4
# Runs whose number it divides are for tuning, the others are held out.
TUNING = 4


def load(path=TABLE):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["classes"]


def choose(table, words):
    """The classes that a comma-separated list of names and tags means; all without one."""
    if words is None:
        return table
    wanted = set(words.split(","))
    known = {kind["name"] for kind in table} | {tag for kind in table for tag in kind["tags"]}
    if wanted - known:
        raise ValueError(f"no such class or tag: {', '.join(sorted(wanted - known))}")
    return [kind for kind in table if wanted & {kind["name"], *kind["tags"]}]


def is_tuning(run):
    return run % TUNING == 0


def leak_of(kind, run):
    """STANDIN_LEAK of a run. A class of several variants takes them in turns, such that both halves
    of the split have each of them."""
    variants = kind["leak"] if isinstance(kind["leak"], list) else [kind["leak"]]
    return variants[run // TUNING % len(variants)]


def target_text(kind, run):
    """A target file, in YAML's subset JSON."""
    return json.dumps({"version": 1, "extends": os.path.join(HERE, "target.yaml"),
                       "env": {"STANDIN_LEAK": leak_of(kind, run), **kind.get("env", {})}})


def scenario_path(kind):
    return os.path.join(HERE, "scenarios", f"{kind['scenario']}.yaml")
