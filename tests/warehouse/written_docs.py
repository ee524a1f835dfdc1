"""The committed data dictionary and the answered examples: `python -m tests.warehouse.written_docs` writes them anew.

Their answers are those of the invented warehouse, so that anybody gets the same files.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from flows.dictionary import pages_of, read_dictionary
from tests.warehouse import example_warehouse
from warehouse.opening import open_for_reading

FOLDER = Path(__file__).parents[2] / "warehouse"
OF = "an invented warehouse: sixteen weeks, twelve newspapers that do not exist."


def pages(warehouse_file: Path) -> dict[Path, str]:
    """Where each committed page lies, and what it should say."""
    with open_for_reading(warehouse_file) as warehouse:
        made = pages_of(read_dictionary(warehouse, OF, count_rows=False))
    return {FOLDER / name: page for name, page in made.items() if name != "dictionary.html"}


def main() -> None:
    """Make the warehouse, write the pages."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "example.duckdb"
        example_warehouse.make(file)
        for path, page in pages(file).items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
