"""Small made-up journals, so that reports and baselines are tested without a target."""

import json

STEP = "scenarios/%s.yaml:14:5"


class Journal:
    """The records of one run: six samples at rest, a loop of 21, two iterations apart."""

    def __init__(self, scenario, **header):
        self.records = []
        self.holders = {}
        self.last = {}
        self.add("journal", **{
            "version": 1,
            "leakgate": "0.1.0",
            "date": "2026-11-23T12:00:00Z",
            "scenario": scenario,
            "title": "A scenario",
            "file": f"scenarios/{scenario}.yaml",
            "target": "standin",
            "program": "standin",
            "attempt": "screening",
            "plan_hash": "0123456789abcdef",
            "plan": {},
            "measure": {"heap_rate": 512, "every_ms": 0},
            "baseline": None,
            "world": "/tmp/w",
            **header,
        })
        self.add("target", pid=7, port=1, version="v1.3.0", go="go1.26.8",
                 platform="linux/amd64", heap_rate=512)

    def add(self, record, **fields):
        self.records.append({"record": record, **fields})
        return self

    def holder(self, name, gauge="fd"):
        if (gauge, name) not in self.holders:
            number = self.holders[gauge, name] = len(self.holders)
            self.add("holder", number=number, gauge=gauge, text=name)
        return self.holders[gauge, name]

    def sample(self, phase, iteration, at, fds, tools=None, **gauges):
        """fds: how many of each name are open; tools: how often each was started."""
        now = {self.holder(name): count for name, count in fds.items() if count}
        for name, count in (tools or {}).items():
            now[self.holder(name, "spawn")] = count
            gauges["spawn"] = gauges.get("spawn", 0) + count
        changes = [[number, now.get(number, 0)]
                   for number in sorted({*now, *self.last})
                   if now.get(number) != self.last.get(number)]
        self.last = now
        return self.add("sample", phase=phase, iteration=iteration, at=at, took=0.05,
                        gauges={"fd": sum(fds.values()), **gauges}, holdings=changes)

    def measured(self, fds_at, drained=None):
        """Samples of a whole run; fds_at(iteration) gives the descriptors by name."""
        for i in range(6):
            self.sample("idle", 6, 10 + i, fds_at(0), goroutine=26)
        for i in range(21):
            self.sample("loop", 8 + 2 * i, 20 + i, fds_at(2 + 2 * i), goroutine=26)
        if drained is not None:
            self.sample("drain", 48, 50, fds_at(42), goroutine=26)
            self.sample("drain", 48, 110, drained, goroutine=26)
            self.sample("drain", 48, 115, drained, goroutine=26)
        return self

    def failed(self, kind="target", text="text \"Files\" is not shown in rows 1..49", screen=None,
               stderr=""):
        if screen is not None:
            self.add("screen", why="failed", name="", step="wait", rows=screen)
        return self.add("failure", **{"class": kind}, where=STEP % "broken", text=text,
                        stderr_tail=stderr)

    def end(self, **fields):
        return self.add("end", at=130.0, exit_status=0, **{"left_behind": [], **fields})

    def write(self, report, attempt=None):
        """Of a further attempt: "again", "third", "locate"."""
        directory = report / self.records[0]["scenario"]
        if attempt is not None:
            self.records[0]["attempt"] = attempt
            directory /= attempt
        directory.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(record, sort_keys=True, separators=(",", ":")) + "\n"
                 for record in self.records)
        (directory / "journal.jsonl").write_text("".join(lines), encoding="utf-8")


def soak(scenario="soak", samples=48, every=600, fds=lambda i: {"pipe": 3}, iterations=0,
         drained=None, **header):
    """Paced by time: so many samples and seconds between them; without its end."""
    measure = {"heap_rate": 512, "every_ms": every * 1000, "for_ms": samples * every * 1000}
    journal = Journal(scenario, **{"measure": measure, **header})
    for i in range(samples):
        journal.sample("loop", i * iterations, 10 + every * i, fds(i), goroutine=26)
    for at in (60, 65) if drained is not None else ():
        journal.sample("drain", samples, 10 + every * samples + at, drained, goroutine=26)
    return journal


def clean(scenario="tab-cycle"):
    return Journal(scenario).measured(lambda i: {"pipe": 3, "/dev/null": 1}).end()


def leaking(scenario="external-editor"):
    """One epoll descriptor per iteration, and none of them goes away."""
    def fds(i):
        return {"pipe": 3, "anon_inode:[eventpoll]": 2 + i}
    return Journal(scenario).measured(fds, drained=fds(42)).end()


def repeating(scenario="external-editor"):
    """The same, and as many again in a second loop of 40 iterations."""
    def fds(i):
        return {"pipe": 3, "anon_inode:[eventpoll]": 2 + i}
    journal = Journal(scenario).measured(fds, drained=fds(42))
    for at in (160, 165):
        journal.sample("second_drain", 88, at, fds(82), goroutine=26)
    return journal.end()


def one_of_several(scenario="external-editor", first=1, second=1):
    """One process of --times 5: so many epoll descriptors more at rest after each loop."""
    journal = Journal(scenario, times=5)
    samples = [("idle", 6, 10 + i, 2) for i in range(6)]
    samples += [("loop", 6 + 2 * i, 20 + i, 2) for i in range(21)]
    samples += [("drain", 46, 50, 2 + first), ("second_drain", 92, 90, 2 + first + second)]
    for phase, iteration, at, held in samples:
        journal.sample(phase, iteration, at, {"pipe": 3, "anon_inode:[eventpoll]": held},
                       goroutine=26)
    return journal.end()


def cut_short(scenario="keys", samples=8, per_iteration=1):
    """A loop that ends after so many samples; without what ended it."""
    journal = Journal(scenario, iterations_total=46)
    for i in range(6):
        journal.sample("idle", 6, 10 + i, {"pipe": 3, "/dev/null": 2})
    for i in range(samples):
        journal.sample("loop", 6 + 2 * i, 20 + i,
                       {"pipe": 3, "/dev/null": 2 + 2 * i * per_iteration})
    return journal


def locating(scenario="external-editor"):
    """Eight iterations of two steps, the second of which opens a descriptor."""
    journal = Journal(scenario, iteration_steps=[
        {"step": "press j", "where": "scenarios/external-editor.yaml:9:5", "input": 1},
        {"step": "press E", "where": "scenarios/external-editor.yaml:14:5", "input": 2},
    ])
    journal.sample("loop", 6, 10, {"anon_inode:[eventpoll]": 2})
    for i in range(8):
        journal.sample("loop", 6 + i, 11 + i, {"anon_inode:[eventpoll]": 2 + i})
        journal.records[-1]["step"] = 1
        journal.sample("loop", 7 + i, 11.5 + i, {"anon_inode:[eventpoll]": 3 + i})
        journal.records[-1]["step"] = 2
    return journal.end()


def at_work(scenario="tools", git=3, cpu=0.1):
    """git started so often per iteration, ps once; so many cores at rest."""
    journal = Journal(scenario)
    for i in range(6):
        journal.sample("idle", 6, 10 + i, {"pipe": 3}, {"git": 20, "ps": 1}, cpu=cpu * i)
    for i in range(21):
        journal.sample("loop", 6 + 2 * i, 20 + i, {"pipe": 3}, {"git": 20 + 2 * i * git, "ps": 1},
                       cpu=cpu * 10)
    return journal


def leaked(scenario="lost", looks=(3, 3)):
    """The runtime finds goroutines leaked, in two looks."""
    journal = Journal(scenario).measured(lambda i: {"pipe": 3})
    holder = journal.holder("main.lost", "goroutine_leak")
    for at, count in enumerate(looks):
        journal.last[holder] = count
        journal.add("sample", phase="quit", iteration=48, at=60.0 + at, took=0.05,
                    gauges={"goroutine_leak": count}, holdings=[[holder, count]])
    return journal.end(goroutineleak="served")


def backlog(scenario="slow"):
    return (Journal(scenario)
            .measured(lambda i: {"pipe": 3, "anon_inode:[eventpoll]": 2 + i},
                      drained={"pipe": 3, "anon_inode:[eventpoll]": 2})
            .end())


def ticking(scenario="ticks", gone=False):
    """A goroutine per iteration that waits for a timer, and the heap's stack of that timer."""
    journal = Journal(scenario)
    functions = ["runtime.gopark", "tea.Tick.func1", "time.newTimer", "time.NewTimer", "tea.Tick",
                 "app.(*Plugin).poll"]
    for number, name in enumerate(functions):
        journal.add("function", number=number, name=name)
    journal.add("holder", number=0, gauge="goroutine", stack=[0, 1])
    journal.add("holder", number=1, gauge="heap_stack", stack=[2, 3, 4, 5])

    def sample(phase, iteration, at, ticks):
        journal.add("sample", phase=phase, iteration=iteration, at=at, took=0.05,
                    gauges={"goroutine": 20 + ticks},
                    holdings=[[0, ticks], [1, ticks, 112 * ticks]])

    for i in range(6):
        sample("idle", 6, 10 + i, 1)
    for i in range(21):
        sample("loop", 8 + 2 * i, 20 + i, 3 + 2 * i)
    for at in (50, 110, 115):
        sample("drain", 48, at, 1 if gone else 43)
    return journal.end()


def sourced(scenario="polls", **target):
    """The same of a program whose source is known: github.com/o/r, line 12 of one of its files."""
    journal = ticking(scenario)
    journal.records[1].update({"module": "github.com/o/r", "revision": "0123abcd" * 5, **target})
    for record in journal.records:
        if record.get("name") == "app.(*Plugin).poll":
            record.update(name="github.com/o/r/internal/app.(*Plugin).poll", file="/home/u/r/internal/app/update.go")
        if record["record"] == "holder" and record["gauge"] == "heap_stack":
            record["lines"] = [0, 0, 0, 12]
    return journal


def checkout(directory):
    """Of the module of sourced()."""
    (directory / "internal/app").mkdir(parents=True)
    (directory / "go.mod").write_text("module github.com/o/r\n")
    (directory / "internal/app/update.go").write_text(
        "".join(f"\tline{i}(\"</script><b>\")\n" for i in range(1, 14)))


def keeping(scenario="log", **header):
    """A log that keeps each line."""
    journal = Journal(scenario, **header)
    for number, name in enumerate(["main.keep", "main.main"]):
        journal.add("function", number=number, name=name)
    journal.add("holder", number=0, gauge="heap_stack", stack=[0, 1])
    rests = [("idle", 6, 10 + i) for i in range(6)]
    loop = [("loop", 8 + 2 * i, 20 + i) for i in range(21)]
    for phase, iteration, at in rests + loop + [("drain", 48, 50), ("drain", 48, 110)]:
        journal.add("sample", phase=phase, iteration=iteration, at=at, took=0.05, gauges={},
                    holdings=[[0, iteration, 4096 * iteration]])
    return journal.end()


def inconclusive(name="s"):
    """As many more each second at rest as in the loop."""
    journal = Journal(name)
    for i in range(6):
        journal.sample("idle", 6, 10 + i, {"pipe": 10 + i})
    for i in range(21):
        journal.sample("loop", 8 + 2 * i, 20 + i, {"pipe": 20 + i})
    for at in (50, 110):
        journal.sample("drain", 48, at, {"pipe": at})
    return journal.end()
