"""Every test has a place of its own, and fails when a process is left there at its end."""

import concurrent.futures

import pytest

from runs import AT_A_TIME, STANDIN, place_of_its_own


@pytest.fixture
def place():
    with place_of_its_own() as place:
        yield place


@pytest.fixture(scope="module")
def played(request):
    """Starts all tests of the file that were chosen and are played beside others: test to future."""
    pool = concurrent.futures.ThreadPoolExecutor(AT_A_TIME)
    yield {item.nodeid: pool.submit(play_alone, item) for item in request.session.items
           if item.module is request.module and hasattr(item.function, "played")}
    pool.shutdown(cancel_futures=True)


def play_alone(item):
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    with place_of_its_own() as place:
        item.function.played(place=place, **parameters)


@pytest.fixture
def standin_is_built():
    assert STANDIN.exists(), "ci/build-standin builds it"
