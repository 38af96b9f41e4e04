"""Every test has a place of its own, and fails when a process is left there at its end."""

import pytest

from runs import STANDIN, Place


@pytest.fixture
def place():
    place = Place()
    yield place
    left = place.processes()
    place.remove()
    assert left == []


@pytest.fixture
def standin_is_built():
    assert STANDIN.exists(), "ci/build-standin builds it"
