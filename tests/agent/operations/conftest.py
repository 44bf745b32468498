"""The shop's ground, shared by the tests of the operations part."""

from __future__ import annotations

import pytest

from database_specialist.agent.operations.capacity import Ground
from tests.agent.operations.ground import ground_of


@pytest.fixture(scope="session")
def ground() -> Ground:
    """The shop, surveyed once."""
    return ground_of()
