"""Targets that misbehave: each run ends by itself, with the right exit status and a word why,
nothing is left of it, and what the target printed has no effect where leakgate prints it."""

import dataclasses
import http.server
import re
import threading

import pytest

from runs import LAMP, Place, beside_others

# All that is measured is quick, so a run that is not over by then does not end by itself.
BOUND = 60

# A screen that is shown in the report: it waits for what never comes.
FAILING = LAMP.replace("lamp on", "lamp broken")
PLAY = ("--iterations", "2")


@dataclasses.dataclass
class Case:
    kind: str
    status: int
    says: str  # a regular expression, found in what is printed
    words: tuple = ()
    scenario: str = LAMP
    shown: object = None
    place: object = None


CASES = [
    Case("behaves", 0, "would have caught"),

    Case("exits-at-once", 5, r"the target ended \(exit status 0\)"),
    Case("crashes-at-start", 5, r"(?s)the target ended \(exit status 1\).*no reason to live"),
    Case("killed-at-start", 5, r"killed by signal 11"),
    Case("crashes-later", 5, r"the target ended \(exit status 7\)"),
    Case("never-draws", 5, r'"ready" is not shown'),
    Case("floods", 5, r'"ready" is not shown'),
    Case("floods-errors", 5, r'"ready" is not shown'),
    Case("draws-for-ever", 4, "the screen did not come back .* row 4"),
    Case("closes-its-terminal", 5, "the target closed its terminal"),
    Case("stops-itself", 5, r"the target is stopped .*lamp on", PLAY),
    Case("deaf", 5, "did not end after the quit steps", PLAY),
    Case("fork-storm", 1, r"outlived the target.* had to be killed"),
    Case("zombies", 0, "", PLAY),
    Case("reads-late", 0, "", PLAY, LAMP.replace("press: x", "press: [Escape, x]")),
    Case("title-and-clipboard", 0, "", PLAY),
    Case("unfinished-sequence", 0, "", PLAY),

    Case("no-pprof", 5, "no process of the target listens on a loopback port"),
    Case("index-never-answers", 5, "pprof never answered"),
    Case("index-one-byte-a-second", 5, "pprof never answered"),
    Case("heap-never-answers", 5, r"heap\?gc=1: .*[Tt]ime"),
    Case("heap-one-byte-a-second", 5, r"heap\?gc=1: .*[Tt]ime"),
    Case("heap-stops-itself", 5, r"heap\?gc=1: .*[Tt]ime"),
    Case("heap-ends-the-program", 5, r"the target ended \(exit status 3\)"),
    Case("endless-body", 5, "body is larger than the limit of 67108864 bytes"),
    Case("endless-headers", 5, "headers are larger than the limit of 65536 bytes"),
    Case("redirect", 5, "HTTP status 302"),
    Case("login-page", 5, "heap.gc=1: .*(damaged|not a heap profile)"),
    Case("empty", 5, "heap.gc=1: .*(damaged|not a heap profile)"),
    Case("truncated-gzip", 5, "gzip data is cut off"),
    Case("gzip-bomb", 5, "inflates to more than the limit of 134217728 bytes"),
    Case("gzip-garbage", 5, "heap.gc=1: .*damaged"),
    Case("garbage", 5, "heap.gc=1: .*damaged"),

    Case("hostile-bytes", 5, "end of it", PLAY, FAILING),
    Case("hostile-errors", 5, "end of it", PLAY, FAILING),
    Case("hostile-text", 5, "script", PLAY, FAILING),
]

def one_line(text):
    return re.sub(r"\s+", " ", text)


def play(case):
    case.place = Place()
    case.place.misbehaving(case.kind)
    case.place.scenario("lamp", case.scenario)
    case.shown = case.place.run("lamp", *case.words, timeout=BOUND)
    return case


@pytest.fixture(scope="module")
def outcomes(request, pool):
    """All cases that are asked for, by the pool of all tests."""
    asked = {item.callspec.params.get("kind") for item in request.session.items
             if hasattr(item, "callspec")}
    yield {case.kind: pool.submit(play, case) for case in CASES if case.kind in asked}
    for case in CASES:
        if case.place:
            case.place.remove()


@pytest.mark.parametrize("kind", [case.kind for case in CASES])
def test_it_ends_and_says_why(outcomes, kind):
    case = outcomes[kind].result()
    assert case.shown.status == case.status, case.shown
    assert re.search(case.says, one_line(case.shown.output)), case.shown
    stored = case.place.result()["scenarios"][0]
    if case.status == 5:
        assert stored["verdict"] == "failed"
        assert stored["failure"]["class"] == "target"
    assert case.place.journal("lamp")[-1]["record"] == "end"


@pytest.mark.parametrize("kind", [case.kind for case in CASES])
def test_nothing_is_left(outcomes, kind):
    case = outcomes[kind].result()
    case.place.await_none()
    assert case.place.worlds() == case.place.result()["scenarios"][0].get("worlds", [])
    size = sum(path.stat().st_size for path in case.place.report.rglob("*") if path.is_file())
    assert size < 64 * 1024 * 1024, "a flood is cut"


@pytest.mark.parametrize("kind", [case.kind for case in CASES])
def test_what_the_target_prints_has_no_effect(outcomes, kind):
    text = outcomes[kind].result().shown.text
    acting = re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert acting == []
    # GitHub's runner obeys `::command::` at the start of a line, blanks before it or not, and
    # `##[command]` anywhere; Azure's `##vso[command]`.
    assert re.findall(r"(?m)^\s*::\w.*", text) == []
    assert re.findall(r".*##\w*\[.*", text) == []


@beside_others
def test_another_process_owns_the_port(place):
    """A pprof that does not belong to the target is not asked anything."""
    asked = []

    class Foreign(http.server.BaseHTTPRequestHandler):
        def handle(self):
            asked.append(self.client_address)

    with http.server.HTTPServer(("127.0.0.1", 0), Foreign) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place.misbehaving("no-pprof", f'env: {{PPROF_PORT: "{server.server_port}"}}\n')
        place.scenario("lamp", LAMP)
        shown = place.run("lamp", timeout=BOUND)
        server.shutdown()
    assert shown.status == 5, shown
    assert "no process of the target listens on a loopback port" in one_line(shown.output)
    assert asked == []
