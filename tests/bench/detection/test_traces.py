"""The traces kept in the repository are judged as the table of classes says, the same each time."""

import hashlib
import os

import pytest

import judging
import traces

LEAKGATE = os.environ["LEAKGATE_BIN"]
# A leak of one per five iterations, and of so many bytes, has to be found in every single trace.
SURE_COUNT = 0.2
SURE_BYTES = 1024

if not os.path.exists(traces.ARCHIVE):
    pytest.skip("there is no traces.tar.xz: record and pack them", allow_module_level=True)

CLASSES = traces.read_classes()


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    directory = tmp_path_factory.mktemp("traces")
    traces.unpack(traces.ARCHIVE, directory)
    return directory


def judged(unpacked):
    return judging.report_texts(LEAKGATE, traces.find(unpacked, CLASSES), unpacked)


@pytest.fixture(scope="module")
def texts(unpacked):
    return judged(unpacked)


@pytest.fixture(scope="module")
def scenarios(texts):
    return judging.scenarios_of(texts)


def of_class(scenarios, name):
    return {number: scenario for (other, number), scenario in scenarios.items() if other == name}


def is_sure(row):
    if row["kind"] == "clean":
        return True
    if not {"late", "steps"}.isdisjoint(row["tags"]):
        return False
    if row["gauge"] == "heap_stack":
        return (row["bytes_per_iteration"] or 0) >= SURE_BYTES
    return (row["per_iteration"] or 0) >= SURE_COUNT


def test_every_class_has_traces(scenarios):
    assert {name for name, _ in scenarios} == {
        name for name, row in CLASSES.items() if "times" not in row}


@pytest.mark.parametrize("name", [name for name, row in CLASSES.items() if is_sure(row)])
def test_the_verdict_is_that_of_the_table(scenarios, name):
    row = CLASSES[name]
    for number, scenario in of_class(scenarios, name).items():
        first = judging.first_failing(scenario)
        if row["kind"] == "clean":
            assert (scenario["verdict"], first) == ("pass", None), number
        else:
            assert scenario["verdict"] == "leak", number
            assert judging.is_right(first, row), (number, first)


def hashes(texts):
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def test_judged_twice_the_bytes_are_the_same(unpacked, texts):
    assert texts
    assert hashes(judged(unpacked)) == hashes(texts)
