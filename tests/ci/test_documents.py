"""The documents and the action say the same."""

import re

import yaml
from job import SOURCE
from workflow import workflow_texts, workflows_of_documents

ACTION = yaml.safe_load((SOURCE / "ci" / "action.yml").read_text())
CI = (SOURCE / "docs" / "ci.md").read_text()
README = (SOURCE / "README.md").read_text()
WORKFLOWS = sorted((SOURCE / ".github" / "workflows").glob("*.yml"))


def table(heading):
    """The names in the first column of the table below that head."""
    text = CI[CI.index(heading):].partition("\n\n")[0]
    return [name for row in text.splitlines()[2:]
            for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_the_short_workflow_is_the_same_in_both_and_has_15_lines():
    texts = [workflow_texts(text)[0] for text in (README, CI)]
    assert texts[0] == texts[1] and texts[0].count("\n") == 15


def test_every_input_and_output_is_described():
    assert table("| input |") == list(ACTION["inputs"])
    assert sorted(table("| output |")) == sorted(ACTION["outputs"])


def test_every_conclusion_is_described():
    report = (SOURCE / "ci" / "action-report").read_text()
    sentences = report[report.index("\nsentence() {"):].partition("\n}")[0]
    told = set(re.findall(r"^ +([a-z-]+)\) \w", sentences, re.MULTILINE))
    assert set(table("| conclusion |")) == told


def test_settings_of_the_hook_are_described():
    hook = (SOURCE / "ci" / "pre-push").read_text()
    used = set(re.findall(r"setting ([a-z]+)", hook)) | {"argument"}
    assert {name for name in table("| setting |") if name.startswith("leakgate.")} == {
        f"leakgate.{name}" for name in used}


def test_workflows_give_the_action_what_it_knows():
    """... and those who read the documents get what is run here."""
    used = {}
    for workflow in [*workflows_of_documents(), *(yaml.safe_load(file.read_text())
                                                  for file in WORKFLOWS)]:
        assert workflow["permissions"] == {"contents": "read"}
        for job in workflow["jobs"].values():
            assert "timeout-minutes" in job
            for step in job["steps"]:
                action, _, commit = step.get("uses", "").partition("@")
                if action in ("./ci", "OWNER/leakgate/ci"):
                    assert set(step["with"]) <= set(ACTION["inputs"])
                elif action:
                    used.setdefault(action, set()).add(commit)
                    if action == "actions/checkout":
                        assert step["with"]["persist-credentials"] is False
    for step in ACTION["runs"]["steps"]:
        action, _, commit = step.get("uses", "").partition("@")
        if action:
            used.setdefault(action, set()).add(commit)
    for action, commits in used.items():
        assert len(commits) == 1 and re.fullmatch("[0-9a-f]{40}", *commits), (action, commits)


def test_the_last_job_is_never_skipped_and_keeps_its_name():
    for workflow in (workflows_of_documents()[1],
                     yaml.safe_load((SOURCE / ".github/workflows/gate.yml").read_text())):
        gate = workflow["jobs"]["gate"]
        assert gate["name"] == "Leak gate" and gate["if"] == "${{ always() }}"
        assert gate["needs"] == "shard"
