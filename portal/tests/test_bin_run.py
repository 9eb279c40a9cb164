"""``bin/run`` refuses with one sentence, before it makes or installs anything."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A clone without ``.venv``: whatever gets past the refusals would make one."""
    shutil.copytree(settings.BASE_DIR / "bin", tmp_path / "bin")
    return tmp_path


def refusal(folder: Path, *arguments: str, **env: str) -> str:
    """The one line that the start ends with."""
    result = subprocess.run(
        ["bin/run", *arguments],
        cwd=folder,
        env=os.environ | {"PORT": "", "PYTHON": ""} | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert not (folder / ".venv").exists()
    return result.stderr


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "8000; true"])
def test_a_bad_port(copy: Path, port: str) -> None:
    assert f"PORT is '{port}', which is no port" in refusal(copy, PORT=port)


def test_a_port_in_use(copy: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} is already in use" in refusal(copy, PORT=port)


def test_an_unknown_argument(copy: Path) -> None:
    assert "knows only --demo" in refusal(copy, "--dmeo", PORT=free_port())


def test_a_python_that_is_not_there(copy: Path) -> None:
    assert "no such program" in refusal(copy, PORT=free_port(), PYTHON="python-of-tomorrow")


def test_an_old_python(copy: Path) -> None:
    assert "older than Python 3.11" in refusal(copy, PORT=free_port(), PYTHON=program(copy, "old", "exit 1"))


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_its_parts_names_the_package(copy: Path, module: str) -> None:
    python = program(copy, "bare", f'case "$2" in "import {module}") exit 1;; *print*) echo 3.11;; esac; exit 0')
    message = refusal(copy, PORT=free_port(), PYTHON=python)
    assert f"module {module} is missing" in message
    assert "python3.11-venv" in message


def program(folder: Path, name: str, script: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
