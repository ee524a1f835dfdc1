"""A process killed in the middle of its work leaves a file that opens, and the next run completes what it began.

A few times each; `benchmarks/kill_warehouse.py --times 20` does it more often.
"""

import random

from tests.warehouse import killing


def test_a_kill_at_any_moment_loses_nothing_that_was_said_to_be_safe(path):
    assert killing.kill_stores(path, 3, random.Random(47)) >= 3


def test_a_publisher_killed_at_any_moment_leaves_a_whole_copy_or_none(path):
    assert killing.kill_publishers(path, 3, random.Random(47)) >= 3 * killing.PER_BATCH


def test_a_migration_killed_at_any_moment_is_completed_by_the_next_opening(path):
    killing.kill_migrations(path, 3, random.Random(47))
