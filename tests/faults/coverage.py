"""Writes docs/coverage.md from suite.json: which scenario covers which part of Sidecar.

    python3 tests/faults/coverage.py     # after a change of suite.json
"""

import json
import pathlib

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "coverage.md"
ROWS = json.loads((HERE / "suite.json").read_text(encoding="utf-8"))

PARTS = {
    "watchers": "fsnotify on git's files, on open directories, previews, sessions, requests: inotify "
                "instances and watches, a goroutine each",
    "adapters": "readers of the sessions of Claude Code and Codex, and their watchers",
    "tmux": "sessions of shells and splits, control clients, pollers, queues of keys",
    "editors": "programs that take the terminal and give it back",
    "sqlite": "td's database, Codex's database",
    "timers": "the second, td's refresh, polls, toasts, validation of sessions: a goroutine per pending one",
    "children": "git, rg, td, ps, started and waited for",
    "caches": "previews, highlighted and rendered texts, diffs, commit lists, parsed sessions",
    "terminal": "sizes, keys, mouse, what Bubble Tea holds of screens",
    "views": "tabs, modals, palettes, filters",
    "http": "the question for the latest release",
}

NOT_COVERED = {
    "http": "Sidecar asks the network once at its start, for its latest release. The target file has that "
            "refused at once (`SIDECAR_RELEASE_API_BASE`), because a run must not depend on the network; "
            "connections that are kept open are so covered by no scenario.",
}

HEAD = """# Coverage: which scenario exercises what

<!-- Made by tests/faults/coverage.py from tests/faults/suite.json. Do not edit. -->

"""

SEEDED = """## What each scenario is seen to catch

Each runs on the stand-in as it is (pass) and with one leak in what it covers (leak, with this gauge and holder):
`ci/test -R faults/together`. What the kinds and events mean stands in `tests/standin/leak.go`.

| scenario | seeded leak | found as |
| --- | --- | --- |
"""


def of_scenarios(names):
    return ", ".join(f"`{name}`" for name in names)


def page():
    text = HEAD + "## Sidecar's parts\n\n| part | what it holds | scenarios |\n| --- | --- | --- |\n"
    for part, meaning in PARTS.items():
        names = [name for name, row in ROWS.items() if part in row["covers"]]
        text += f"| {part} | {meaning} | {of_scenarios(names) or 'none: see below'} |\n"
    text += "\n" + "".join(f"**{part}**: {why}\n\n" for part, why in NOT_COVERED.items())
    text += "## By scenario\n\n| scenario | " + " | ".join(PARTS) + " |\n"
    text += "| --- |" + " --- |" * len(PARTS) + "\n"
    for name, row in ROWS.items():
        marks = ["x" if part in row["covers"] else "" for part in PARTS]
        text += f"| `{name}` | " + " | ".join(marks) + " |\n"
    text += "\n" + SEEDED
    for name, row in ROWS.items():
        if "leak" in row:
            text += f"| `{name}` | `{row['leak']}` | {row['gauge']}, `{row['holder']}` |\n"
    without = {name: row["stand_in"] for name, row in ROWS.items() if "stand_in" in row}
    text += "\nWithout a seeded leak:\n\n"
    text += "".join(f"- `{name}`: {why}\n" for name, why in without.items())
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
