"""The clock of the service: read in one place, so that a benchmark may let weeks pass in minutes.

Prefect's own times are of the machine's clock; what is compared with them is not read here.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """The present, UTC."""
    return datetime.now(UTC)
