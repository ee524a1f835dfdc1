"""Laws of the house: what must hold for every file, whoever writes it."""

import ast
import gc
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HOUSE = Path(__file__).parents[1]
PACKAGES = ("flows", "classifiers", "warehouse", "seeds")
MODULES = sorted(path for package in PACKAGES for path in (HOUSE / package).rglob("*.py"))
LOCKS = tuple(HOUSE / folder / "requirements.lock" for folder in (".", "tests", "benchmarks"))
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def named(path):
    return path.relative_to(HOUSE).as_posix()


def committed():
    """Every file that git keeps or would keep; in a copy without git, every file of the packages and tests."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=HOUSE, capture_output=True, text=True
    )
    if listed.returncode:
        return [*MODULES, *(HOUSE / "tests").rglob("*.py"), *HOUSE.glob("*.*")]
    return [HOUSE / name for name in listed.stdout.splitlines() if (HOUSE / name).is_file()]


# --- The direction of imports ---------------------------------------------------------------------------------------


def test_every_import_goes_in_the_direction_of_the_house():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=HOUSE, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("library", "owner"),
    [
        ("prefect", r"flows/[a-z_]+\.py"),
        ("duckdb", r"warehouse/.*"),
        ("sklearn", r"classifiers/.*"),
        ("skops", r"classifiers/.*"),
        ("aiohttp", r"flows/steps/.*"),
        ("feedparser", r"flows/steps/.*"),
        ("trafilatura", r"flows/steps/.*"),
        ("jinja2", r"flows/steps/.*"),
    ],
)
def test_a_library_has_one_owner(library, owner):
    users = {named(path) for path in MODULES if library in imported_by(path)}
    assert users
    assert {user for user in users if not re.fullmatch(owner, user)} == set()


def imported_by(path):
    """The top-level packages a file imports, wherever in it."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@cache
def parsed(path):
    """The tree of a module. A collection in the midst of a parse breaks it now and then (CPython, gh-106905)."""
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        gc.enable()


# --- What is installed ----------------------------------------------------------------------------------------------

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ; (.+?))? \\$", re.M)


def pins(lock):
    """(name, version, marker) of every pin of a lock, each of them on a line of its own."""
    return [(canonicalize_name(name), at, marker) for name, at, marker in PIN.findall(lock.read_text())]


@pytest.mark.parametrize("lock", LOCKS, ids=named)
def test_every_pin_of_a_lock_has_hashes_and_no_line_names_a_host(lock):
    lines = lock.read_text().splitlines()
    starts = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(starts) == len(pins(lock)) > 50
    for place, line in enumerate(lines):
        if PIN.match(line + "\n"):
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", lines[place + 1]), line
    assert re.search(r"://|index-url|find-links", lock.read_text()) is None


def test_every_pin_satisfies_the_ranges_of_the_project():
    ranges = PROJECT["dependencies"]
    extras = PROJECT["optional-dependencies"]
    tested = [line for name, lines in extras.items() if name != "bench" for line in lines]
    for lock, lines in zip(LOCKS, (ranges, ranges + tested, ranges + extras["bench"]), strict=True):
        wanted = map(Requirement, lines)
        pinned = {}
        for name, at, _ in pins(lock):
            pinned.setdefault(name, []).append(at)
        for one in wanted:
            if one.marker is None or one.marker.evaluate():
                assert pinned.get(canonicalize_name(one.name)), f"{one} has no pin in {named(lock)}"
                assert all(one.specifier.contains(at) for at in pinned[canonicalize_name(one.name)]), str(one)


def test_the_test_lock_holds_all_of_the_run_lock():
    run, test, _ = (set(pins(lock)) for lock in LOCKS)
    assert run <= test


def test_the_peers_of_the_benchmarks_use_the_releases_that_we_run_with():
    run, _, peers = ({(name, at) for name, at, _ in pins(lock)} for lock in LOCKS)  # their markers may be wider
    assert run <= peers


def test_what_is_known_to_be_broken_is_excluded_with_its_reason():
    broken = {"fastapi": "0.151", "sqlalchemy": "2.1.0", "prefect": "3.9.0", "scikit-learn": "1.10.0"}
    ranges = {one.name: one for one in map(Requirement, PROJECT["dependencies"])}
    assert all(not ranges[name].specifier.contains(at) for name, at in broken.items())
    lines = (HOUSE / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    for name in broken:
        (line,) = [line for line in lines if re.match(rf'\s+"{re.escape(name)}[<>=]', line)]
        assert re.search(r'",\s+# \S.{20,}', line), f"{name} stands there without its reason"


def test_pip_finds_nothing_missing_and_nothing_at_odds():
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


IMPORTS = (
    "import lxml.html.clean, justext, trafilatura",  # a plain install leaves the cleaner out
    "from prefect.server.api.server import create_app; create_app()",  # dies with a FastAPI too new
    "import flows.serve, flows.ingest, flows.digest, flows.train, flows.demonstration",
    "import sklearn.pipeline, skops.io, duckdb, pyarrow, feedparser, aiohttp",
)


@pytest.mark.parametrize("line", IMPORTS)
def test_what_a_plain_install_breaks_works(line):
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_scheduler_can_write_what_it_plans():
    """With SQLAlchemy 2.1 Prefect's scheduler fails silently; that a run happens is tests/flows/test_serving.py's."""
    assert Version(version("sqlalchemy")) < Version("2.1")


# --- What is committed ----------------------------------------------------------------------------------------------

# Homes and working folders of some machine; the mount points of a test's own example do not matter.
MACHINE_PATH = re.compile(r"(?<![\w.~*/])/(?:work|root|home|Users|tmp|mnt)/[\w.-]+")
REGISTRY = re.compile(r"\bpypi\.org|pythonhosted|/simple\b.{0,3}[\"'\s]|index-url|artifactory|nexus", re.I)
ABOUT_ITSELF = "tests/test_house.py"


def texts():
    for path in committed():
        if named(path) != ABOUT_ITSELF and path.suffix not in (".gz", ".png", ".skops", ".pem"):
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_no_committed_text_names_a_path_of_some_machine():
    found = {named(path): hits for path, text in texts() if (hits := MACHINE_PATH.findall(text))}
    assert found == {}


def test_no_committed_text_names_a_package_registry():
    found = {named(path): hits for path, text in texts() if (hits := REGISTRY.findall(text))}
    assert {name: hits for name, hits in found.items() if name != "Makefile"} == {}
    assert set(found.get("Makefile", [])) <= {"index-url"}  # --no-emit-index-url keeps it out of the locks


def test_what_a_run_makes_is_not_committed():
    assert [named(path) for path in committed() if named(path).startswith(("var/", ".venv/", "build/"))] == []


# --- Every module ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_short_and_so_are_its_functions(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert n_lines(node) <= 40, f"{node.name} has {n_lines(node)} lines"


def n_lines(function):
    """Its lines from `def` to the end, but for the docstring: saying more is no fault."""
    said = function.body[0] if ast.get_docstring(function) else None
    return function.end_lineno - function.lineno + 1 - (said.end_lineno - said.lineno + 1 if said else 0)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_public_name_has_a_docstring(path):
    module = parsed(path)
    assert ast.get_docstring(module), "the module says nothing"
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    owners = [module, *(node for node in module.body if isinstance(node, ast.ClassDef) and node.name[0] != "_")]
    for owner in owners:
        silent = [
            node.name
            for node in owner.body
            if isinstance(node, kinds) and node.name[0] != "_" and not ast.get_docstring(node)
        ]
        assert [name for name in silent if name not in ("do_GET", "do_HEAD", "log_message")] == []


CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "os.environ", "os.getenv"}
PURE = [path for path in MODULES if named(path).startswith(("flows/steps/", "classifiers/", "warehouse/"))]


@pytest.mark.parametrize("path", PURE, ids=named)
def test_no_step_reads_the_clock_or_the_environment(path):
    """Law 4: times and settings come in as arguments. time.monotonic, for durations, is no clock."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute):
            assert ".".join(ast.unparse(node).split(".")[-2:]) not in CLOCKS, f"line {node.lineno}"


SQL_FILES = sorted((HOUSE / "warehouse").rglob("*.sql"))


@pytest.mark.parametrize("path", SQL_FILES, ids=named)
def test_a_sql_file_begins_with_what_it_is_for(path):
    assert re.match(r"-- \S.{10,}", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [path for path in SQL_FILES if path.parent.name == "queries"], ids=named)
def test_a_query_tells_its_parameters_and_its_answer_and_asks_no_clock(path):
    head, _, body = re.match(r"((?:--.*\n)+)()([\s\S]*)", path.read_text(encoding="utf-8")).groups()
    assert re.search(r"(Returns|Columns): ", head)
    for parameter in set(re.findall(r"\$(\w+)", body)):
        assert parameter in head, f"${parameter} is not told"
    assert re.search(r"\b(now|current_timestamp|current_date|today)\b\s*\(?", re.sub(r"--.*|\$now", "", body)) is None


# --- Tests ----------------------------------------------------------------------------------------------------------


def test_files_of_tests_have_names_of_their_own():
    names = [path.name for path in (HOUSE / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))


def test_no_test_is_timed():
    """A machine may be busy: what is too slow is found by measuring, not by an assert on seconds."""
    timed = re.compile(r"assert .*(perf_counter|time\.time\(\)|monotonic\(\)) *- *\w+ *<")
    assert [named(p) for p in (HOUSE / "tests").rglob("test_*.py") if timed.search(p.read_text("utf-8"))] == []
