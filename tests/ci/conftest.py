"""Every test of the action has a job of its own."""

import pytest
from job import Job


@pytest.fixture
def job(tmp_path):
    return Job(tmp_path)
