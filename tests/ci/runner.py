"""An imitation of the runner of GitHub Actions that plays a composite action on this machine.

It does what the action can tell from the real one: steps in order, with their conditions, inputs
and outputs; the files that GITHUB_OUTPUT and GITHUB_STEP_SUMMARY name, one for each step; commands
on standard output; a cache and artifacts, which are directories here; and a cancelled job, whose
step is sent SIGINT, then SIGTERM, then killed, and whose steps that are always run follow. There is
no token.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

import yaml
from expression import Expression, expand

# What the real runner gives a step to end: after SIGINT, and after SIGTERM.
AFTER_SIGINT = 7.5
AFTER_SIGTERM = 2.5
# A step that takes longer is at fault.
PATIENCE = 120
PINNED = re.compile(r"^[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}$")
SUMMARY_LIMIT = 1024 * 1024


class Log:
    """What a step printed, read as the runner reads it: see `actions/runner`,
    src/Runner.Worker/ActionCommandManager.cs. A command may be indented; one of the old kind may
    stand anywhere in a line."""

    COMMAND = re.compile(r"^::(?P<name>[\w-]+)(?: (?P<properties>.*?))?::(?P<data>.*)$", re.DOTALL)
    OLD = re.compile(r"##\[(?P<name>[\w-]+)(?: (?P<properties>[^\]]*))?\](?P<data>.*)$", re.DOTALL)
    KNOWN = {"error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "echo",
             "stop-commands", "add-matcher", "remove-matcher", "set-output", "save-state",
             "set-env", "add-path"}

    def __init__(self):
        self.lines = []
        self.commands = []
        self.stopped = None

    def add(self, line):
        self.lines.append(line)
        found = self.COMMAND.match(line.lstrip()) or self.OLD.search(line)
        if not found:
            return
        if self.stopped:
            if found["name"] == self.stopped:
                self.stopped = None
        elif found["name"] == "stop-commands":
            assert len(found["data"]) >= 16, "a word that can be guessed"
            self.stopped = found["data"]
        elif found["name"] in self.KNOWN:
            self.commands.append((found["name"], found["properties"] or "", unescape(found["data"])))

    @property
    def text(self):
        return "\n".join(self.lines)

    def of(self, name):
        """The data of all commands of that name."""
        return [data for command, _, data in self.commands if command == name]


def unescape(data):
    return data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


class Outcome:
    """What became of a use of the action."""

    def __init__(self):
        self.status = "success"
        self.steps = {}
        self.outputs = {}
        self.log = Log()
        self.summary = ""

    @property
    def conclusion(self):
        return self.outputs["conclusion"]

    def __repr__(self):
        return f"{self.status} {self.outputs}\n{self.log.text}\n--- summary\n{self.summary}"


class Runner:
    """One job: its workspace, its RUNNER_TEMP, and what it shares with others, cache and
    artifacts, in `shared`."""

    def __init__(self, root, action, shared=None):
        self.root = pathlib.Path(root)
        self.action = pathlib.Path(action)
        self.workspace = self.root / "workspace"
        self.temporary = self.root / "temp"
        self.worlds = self.root / "tmp"
        shared = pathlib.Path(shared or self.root)
        self.cache = shared / "cache"
        self.artifacts = shared / "artifacts"
        for directory in (self.workspace, self.temporary, self.worlds, self.cache, self.artifacts):
            directory.mkdir(parents=True, exist_ok=True)
        self.files = 0
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.root), "TMPDIR": str(self.worlds),
            "LC_ALL": "C.UTF-8", "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "4711",
            "GITHUB_WORKSPACE": str(self.workspace), "RUNNER_TEMP": str(self.temporary),
            "GITHUB_ACTION_PATH": str(self.action), "GITHUB_SERVER_URL": "https://forge.invalid",
        }
        self.action_repository = ""  # as for an action of the same checkout

    def use(self, cancel_at=None, impatient_at=None, environment=None, **inputs):
        """Plays the action with these inputs (`_` stands for `-`). The job is cancelled when a line
        of the log holds `cancel_at`; while that goes on, each line with `impatient_at` in it ends
        the wait before the next signal."""
        return Use(self, inputs, cancel_at, impatient_at, environment or {}).play()

    def file(self, name):
        self.files += 1
        path = self.temporary / f"_runner_{name}_{self.files}"
        path.touch()
        return path


class Use:
    """One use of the action."""

    def __init__(self, runner, inputs, cancel_at, impatient_at, environment):
        self.runner = runner
        self.definition = yaml.safe_load((runner.action / "action.yml").read_text())
        self.inputs = {name: str(given.get("default", ""))
                       for name, given in self.definition["inputs"].items()}
        for name, value in inputs.items():
            name = name.replace("_", "-")
            assert name in self.inputs, name
            self.inputs[name] = str(value).lower() if isinstance(value, bool) else str(value)
        self.environment = {**runner.environment, **environment}
        self.cancel_at = cancel_at
        self.impatient_at = impatient_at
        self.impatient = threading.Event()
        self.outcome = Outcome()

    def play(self):
        for step in self.definition["runs"]["steps"]:
            self.step(step)
        self.outcome.outputs = {name: self.expand(output["value"])
                                for name, output in self.definition["outputs"].items()}
        return self.outcome

    # --- Expressions ---

    def name(self, dotted):
        parts = dotted.split(".")
        if parts[0] == "inputs" and len(parts) == 2:
            return self.inputs[parts[1]]
        if dotted == "github.action_repository":
            return self.runner.action_repository
        assert parts[0] == "steps", f"not known here: {dotted}"
        step = self.outcome.steps.get(parts[1], {"outcome": "", "outputs": {}})
        if parts[2] == "outputs":
            return step["outputs"].get(parts[3], "")
        return step[parts[2]]

    def functions(self):
        status = self.outcome.status
        return {"always": lambda: True, "success": lambda: status == "success",
                "failure": lambda: status == "failure", "cancelled": lambda: status == "cancelled"}

    def expand(self, text):
        return expand(text, self.name, self.functions())

    def is_wanted(self, step):
        """Without a word of the status in it, a condition holds only while all is well."""
        source = str(step.get("if", "success()")).strip()
        if source.startswith("${{"):
            source = source[3:-2]
        if not re.search(r"\b(always|success|failure|cancelled)\(\)", source):
            source = f"success() && ({source})"
        return bool(Expression(source, self.name, self.functions()).value())

    # --- Steps ---

    def step(self, step):
        record = {"outcome": "skipped", "outputs": {}}
        if "id" in step:
            self.outcome.steps[step["id"]] = record
        if not self.is_wanted(step):
            return
        if "uses" in step:
            self.other_action(step, record)
        else:
            self.script(step, record)
        if record["outcome"] != "success" and self.outcome.status == "success":
            self.outcome.status = record["outcome"]

    def other_action(self, step, record):
        assert PINNED.match(step["uses"]), f"not pinned: {step['uses']}"
        given = {name: self.expand(value) for name, value in step["with"].items()}
        action = step["uses"].partition("@")[0]
        record["outcome"] = "success"
        path = pathlib.Path(given["path"])
        if action == "actions/cache/restore":
            if (self.runner.cache / given["key"]).exists():
                shutil.copytree(self.runner.cache / given["key"], path, dirs_exist_ok=True)
        elif action == "actions/cache/save":
            if not (self.runner.cache / given["key"]).exists():  # what is kept is never changed
                shutil.copytree(path, self.runner.cache / given["key"])
        elif action == "actions/upload-artifact":
            self.upload(given, path)
        else:
            raise AssertionError(f"not known here: {action}")

    def upload(self, given, path):
        """Executable bits are lost, as in the archives that GitHub keeps."""
        if not path.exists():
            assert given["if-no-files-found"] == "ignore"
            return
        kept = self.runner.artifacts / given["name"]
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(path, kept)
        for file in kept.rglob("*"):
            if file.is_file():
                file.chmod(0o644)

    def script(self, step, record):
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        script, output, summary = (self.runner.file(name) for name in ("script", "output", "summary"))
        script.write_text(step["run"])
        environment = {**self.environment, "GITHUB_OUTPUT": str(output),
                       "GITHUB_STEP_SUMMARY": str(summary)}
        for name, value in step.get("env", {}).items():
            environment[name] = self.expand(value)
        log = Log()
        status = self.execute(script, environment, log)
        assert log.stopped is None or status < 0, "commands stay off"
        self.outcome.log.lines += log.lines
        self.outcome.log.commands += log.commands
        record["outputs"] = read_outputs(output.read_text())
        if self.outcome.status == "cancelled" and "if" not in step:
            record["outcome"] = "cancelled"
        else:
            record["outcome"] = "success" if status == 0 else "failure"
        assert summary.stat().st_size <= SUMMARY_LIMIT
        self.outcome.summary += summary.read_text()

    def execute(self, script, environment, log):
        process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.runner.workspace, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
            start_new_session=True)
        reader = threading.Thread(target=self.read, args=(process, log))
        reader.start()
        try:
            status = process.wait(PATIENCE)
        finally:
            end_session(process.pid)
            reader.join()
        return status

    def read(self, process, log):
        cancelling = None
        for line in process.stdout:
            log.add(line.removesuffix("\n"))
            if self.cancel_at and self.cancel_at in line and cancelling is None:
                cancelling = threading.Thread(target=self.cancel, args=(process,))
                cancelling.start()
            if self.impatient_at and self.impatient_at in line:
                self.impatient.set()
        if cancelling:
            cancelling.join()

    def cancel(self, process):
        """The step's process alone is told, not those below it."""
        self.cancel_at = None
        self.outcome.status = "cancelled"
        for number, seconds in ((signal.SIGINT, AFTER_SIGINT), (signal.SIGTERM, AFTER_SIGTERM)):
            self.impatient.clear()
            process.send_signal(number)
            deadline = time.monotonic() + seconds
            while not self.impatient.is_set() and time.monotonic() < deadline:
                try:
                    process.wait(0.05)
                    return
                except subprocess.TimeoutExpired:
                    pass
        end_session(process.pid)


def end_session(session):
    """The real runner kills the whole tree of a step that does not end."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if entry.name.isdigit() and int(fields[3]) == session:
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            pass


def read_outputs(text):
    """NAME<<DELIMITER, lines, DELIMITER; or NAME=VALUE."""
    outputs = {}
    lines = iter(text.split("\n")[:-1])
    for line in lines:
        name, sign, rest = re.match(r"^([\w-]+)(=|<<)(.*)$", line).groups()
        if sign == "=":
            outputs[name] = rest
            continue
        value = []
        while (line := next(lines)) != rest:
            value.append(line)
        outputs[name] = "\n".join(value)
    return outputs
