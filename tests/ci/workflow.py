"""The workflows of the documents, and an imitation of what plays a whole one: its own steps in a shell,
leakgate's action on the imitated runner (runner.py), and what comes with GitHub as far as it matters."""

import itertools
import re
import shutil
import subprocess

import yaml
from expression import expand
from job import SOURCE


def workflow_texts(document):
    return re.findall(r"```yaml\n(name: .*?)```", document, re.DOTALL)


def workflows_of_documents():
    """The short one and the one with shards: those of docs/ci.md, of which README has the first."""
    return [yaml.safe_load(text)
            for text in workflow_texts((SOURCE / "docs" / "ci.md").read_text())]


def play(workflow, job, names, tools):
    """Plays all jobs in their order and returns the outcome of each use of leakgate's action. `names`
    gives the value of what expressions may ask for; `tools` is a directory before all others of PATH."""
    outcomes = []
    for definition in workflow["jobs"].values():
        matrix = definition.get("strategy", {}).get("matrix", {})
        for values in itertools.product(*matrix.values()):
            known = {**names, **{f"matrix.{name}": value for name, value in zip(matrix, values)}}
            for step in definition["steps"]:
                play_step(step, job, known, tools, outcomes)
            shutil.rmtree(job.workspace / "leakgate-report", ignore_errors=True)
    return outcomes


def play_step(step, job, known, tools, outcomes):
    action = step.get("uses", "").partition("@")[0]
    given = {name: value if isinstance(value, bool) else expand(value, known.__getitem__, {})
             for name, value in step.get("with", {}).items()}
    if "run" in step:
        environment = {**job.environment, "PATH": f"{tools}:{job.environment['PATH']}",
                       **step.get("env", {})}
        subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=job.workspace,
                       env=environment, check=True)
    elif action == "OWNER/leakgate/ci":
        outcomes.append(job.released(**given))
    elif action == "actions/download-artifact":
        for artifact in job.artifacts.glob(given["pattern"]):
            shutil.copytree(artifact, job.workspace / given["path"] / artifact.name)
    else:
        assert action in ("actions/checkout", "actions/setup-go"), action
