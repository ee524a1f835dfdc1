"""A command without a Prefect server at hand runs one within itself; nothing of it is left, it spoils no output."""

import ast
import os
import platform
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.embedded import EmbeddedServer, prefect_server
from flows.platform import PrefectUnavailable, answers
from flows.settings import Settings
from tests.flows.tools import Cli, rows

pytestmark = pytest.mark.server
COMMANDS = Path(__file__).parents[2] / "flows" / "commands"
FORGETTING = ("event_vacuum", "orphan_vacuum", "vacuum")
LATER = {"flows.mailing", "flows.serve"}  # loaded when a server runs already


@pytest.fixture
def cli(with_model, tmp_path):
    with_model(tmp_path / "var")
    (tmp_path / "feeds.csv").write_text("url\nhttp://127.0.0.1:9/rss\n")
    return Cli(tmp_path, SMEWATCH_HOST_DELAY_S="0")


def children(pid: int) -> list[str]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [child for task in tasks for child in task.read_text().split()]


def test_the_run_is_a_run_of_prefect_and_says_nothing_of_a_server(cli):
    done = cli("run", "--feeds", "feeds.csv", "--allow-private")
    assert done.returncode == 1  # its only feed does not answer
    assert [line for line in done.stderr.splitlines() if line] == ["Starting Prefect's own server (4 to 20 s) ..."]
    assert rows(cli.folder / "var", "select status from mart.runs") == [("completed",)]


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A program that had a server within, warned as the server would, and looked again after the block."""
    folder = tmp_path_factory.mktemp("embedded")
    code = _within(folder, "url = wait(); logging.getLogger('prefect.server.x').warning('of no use to a reader')")
    code += "\nprint(answers(url), os.environ.get('PREFECT_API_URL'), flush=True)\nleave(0)"
    return folder, subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_after_the_block_nobody_answers_and_nobody_is_sent_there(ended):
    _, done = ended
    assert done.stdout == "False None\n"


def test_warnings_of_the_server_go_into_its_log(ended):
    folder, done = ended
    assert done.stderr == ""
    assert "of no use to a reader" in (folder / "var" / "prefect" / "server.log").read_text()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are counted in Linux's /proc")
def test_the_server_is_no_process_of_its_own_and_dies_with_ours(ended):
    folder, _ = ended  # its folder is made ready already
    held = "print(wait(), flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", _within(folder, held)], stdout=subprocess.PIPE, text=True) as ours:
        assert ours.stdout is not None
        api_url = ours.stdout.readline().strip()
        assert answers(api_url)
        assert children(ours.pid) == []
        os.kill(ours.pid, signal.SIGKILL)
    assert not answers(api_url)


def test_of_its_services_only_those_run_that_record_runs_and_forget_old_ones(tmp_path):
    listing = "from prefect.server.services.perpetual_services import get_enabled_perpetual_services as services"
    listing += "; wait(); print(sorted(service.function.__name__ for service in services()), flush=True); leave(0)"
    done = subprocess.run([sys.executable, "-c", _within(tmp_path, listing)], capture_output=True, text=True)
    assert re.findall(r"'(\w+)'", done.stdout) == [f"schedule_{what}_tasks" for what in FORGETTING]


_HEAPS = """
import ctypes, threading
from pathlib import Path
from flows.platform import prepare_prefect
from flows.settings import Settings
prepare_prefect(Settings())
C = ctypes.CDLL(None)
everybody = threading.Barrier(4)
def work():
    everybody.wait()
    C.malloc(1000)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
C.fopen.restype = ctypes.c_void_p
told = ctypes.c_void_p(C.fopen(b"heaps.xml", b"w"))
C.malloc_info(0, told)
C.fclose(told)
print(Path("heaps.xml").read_text().count("<heap "))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps by the thread are glibc's")
@pytest.mark.parametrize(("wanted", "n_heaps"), [({}, 1), ({"MALLOC_ARENA_MAX": "3"}, 3)], ids=["ours", "the user's"])
def test_threads_of_a_run_take_memory_from_one_heap_unless_the_user_says_otherwise(tmp_path, wanted, n_heaps):
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"} | wanted
    command = [sys.executable, "-c", _HEAPS]
    assert int(subprocess.check_output(command, text=True, cwd=tmp_path, env=environment)) == n_heaps


@pytest.fixture
def before_prefect(monkeypatch):
    """As in a command that has not loaded Prefect yet, though tests before this one have."""
    monkeypatch.setenv("PREFECT_API_URL", "")
    monkeypatch.delitem(sys.modules, "prefect", raising=False)


def test_a_server_that_cannot_start_names_its_log_and_what_to_do(tmp_path, monkeypatch, before_prefect):
    class Mute:
        started = False

        def run(self) -> None:
            time.sleep(0.01)

    monkeypatch.setattr("flows.embedded._server", lambda port, log: Mute())
    server = EmbeddedServer(Settings(data_dir=tmp_path))
    server.start()
    with pytest.raises(PrefectUnavailable, match=r"server\.log.*SMEWATCH_PREFECT_START_S"):
        server.wait()
    server.stop()


def test_the_home_of_prefect_is_there_before_anything_imports_it(tmp_path, before_prefect):
    server = EmbeddedServer(Settings(data_dir=tmp_path / "new" / "var"))
    server.start()
    assert server.log.parent.is_dir()  # its import would make the last folder only, and warn that it could not
    server.stop()


def test_prefect_that_was_loaded_too_early_is_told(tmp_path, monkeypatch, before_prefect):
    monkeypatch.setitem(sys.modules, "prefect", object())
    with pytest.raises(RuntimeError, match="before its settings"):
        EmbeddedServer(Settings(data_dir=tmp_path)).start()


def test_no_command_loads_prefect_before_its_settings_are_made():
    nodes = [node for file in COMMANDS.glob("*.py") for node in ast.walk(ast.parse(file.read_text()))]
    checked = [node for node in nodes if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    types_alone = [inner for node in checked for inner in node.body]
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node not in types_alone]
    needed = {str(node.module) for node in imports if str(node.module).startswith("flows.")} - LATER
    code = f"import importlib, sys\nfor name in {sorted(needed)}: importlib.import_module(name)"
    code += "\nprint('prefect' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


def test_a_server_that_runs_already_is_used(monkeypatch, prefect_api):
    monkeypatch.setenv("PREFECT_API_URL", prefect_api)
    with prefect_server(Settings()) as wait:
        assert wait() == prefect_api


def _within(folder: Path, statement: str) -> str:
    """A program that does something with the server of a data folder."""
    return "\n".join(
        [
            "import logging, os, time",
            "from flows.embedded import prefect_server",
            "from flows.platform import answers, leave",
            "from flows.settings import Settings",
            "os.environ.pop('PREFECT_API_URL', None)",
            f"with prefect_server(Settings(data_dir={str(folder / 'var')!r})) as wait:",
            f"    {statement}",
        ]
    )
