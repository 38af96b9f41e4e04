"""Every test has a place of its own, and fails when a process is left there at its end.

Most tests wait most of the time, so those marked `beside_others` are played in one pool, some at a
time, over all files. Those marked `alone` measure what a core does: they are chosen by themselves
(`-m alone`), and one is played for each core.
"""

import concurrent.futures
import os

import pytest

from runs import AT_A_TIME, STANDIN, place_of_its_own

# The longest first: what begins last alone decides when the pool is done.
FIRST = "test_suite"


def pytest_configure(config):
    config.addinivalue_line("markers", "alone: nothing else may take the time of its core")


@pytest.fixture
def place():
    with place_of_its_own() as place:
        yield place


@pytest.fixture(scope="session")
def pool(request):
    """For whatever is played beside others."""
    alone = all(item.get_closest_marker("alone") for item in request.session.items)
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count() if alone else AT_A_TIME)
    yield pool
    pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def played(request, pool):
    """Starts all chosen tests that are played beside others: test to future."""
    chosen = [item for item in request.session.items if hasattr(item.function, "played")]
    chosen.sort(key=lambda item: item.module.__name__ != FIRST)
    return {item.nodeid: pool.submit(play_alone, item) for item in chosen}


def play_alone(item):
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    with place_of_its_own() as place:
        item.function.played(place=place, **parameters)


@pytest.fixture
def standin_is_built():
    assert STANDIN.exists(), "ci/build-standin builds it"
