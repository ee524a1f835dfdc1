"""The warehouse as everyone else sees it."""

from warehouse.archived import Archived
from warehouse.asking import Asking
from warehouse.batches import Batches
from warehouse.deliveries import Deliveries
from warehouse.describing import Describing
from warehouse.digests import Digests
from warehouse.exporting import Exporting
from warehouse.feed_keeping import FeedKeeping
from warehouse.models import Models
from warehouse.retiring import Retiring
from warehouse.runs import Runs
from warehouse.searching import Searching
from warehouse.vitals import Vitals


class Warehouse(
    Runs,
    FeedKeeping,
    Batches,
    Archived,
    Models,
    Digests,
    Deliveries,
    Asking,
    Describing,
    Exporting,
    Retiring,
    Searching,
    Vitals,
):
    """One open warehouse. Get it from warehouse.opening, keep it for seconds.

    An ingest is: begin_run, sync_feeds, due_feeds, due_retries, known_entries, known_articles | close, fetch, judge |
    known_articles, known_texts, store_batch, finish_run. Each method that writes is one transaction.
    """
