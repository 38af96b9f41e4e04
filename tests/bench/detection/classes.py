"""The table of classes, classes.json, and what a run of a class needs."""

import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "classes.json")
# So many keep the cores busy: most of a run is rest. Verdicts are the same with twice as many.
JOBS_PER_CORE = 6
# Runs whose number it divides are for tuning, the others are held out.
TUNING_EVERY = 4


def load(path=TABLE):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["classes"]


def choose(table, words):
    """The classes that a comma-separated list of names and tags means; all without one."""
    if words is None:
        return table
    wanted = set(words.split(","))
    known = {row["name"] for row in table} | {tag for row in table for tag in row["tags"]}
    if wanted - known:
        raise ValueError(f"no such class or tag: {', '.join(sorted(wanted - known))}")
    return [row for row in table if wanted & {row["name"], *row["tags"]}]


def variant(value, run):
    """A class of several variants, a list, takes them in turns, such that both halves of the split
    have each of them."""
    return value[run // TUNING_EVERY % len(value)] if isinstance(value, list) else value


def target_text(row, run):
    """A target file, in YAML's subset JSON."""
    leak, environment = variant(row["leak"], run), variant(row.get("env", {}), run)
    return json.dumps({"version": 1, "extends": os.path.join(HERE, "target.yaml"),
                       "env": {"STANDIN_LEAK": leak, **environment}})


def scenario_path(row):
    return os.path.join(HERE, "scenarios", f"{row['scenario']}.yaml")
