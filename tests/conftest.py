"""What several rooms' tests need: a controller's state as `ivr prepare` leaves it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory after `ivr prepare` with the demo book; for reading, or to be copied."""
    from ivr.cli import main  # takes a while: only for those who ask for it

    state = tmp_path_factory.mktemp("prepared") / "state"
    done = CliRunner().invoke(main, ["prepare"], env={"IVR_BOOK": str(CHECKOUT), "IVR_STATE": str(state)})
    assert done.exit_code == 0, done.output
    return state
