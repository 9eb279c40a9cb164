"""Web, worker and beat run as children, and none outlives the parent."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue
from typing import IO

import pytest
from django.conf import settings

from portal import supervisor
from portal.supervisor import Part, StoppedByItself

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]
TICK = threading.Event()  # Never set: waiting for it is waiting for time.


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> set[int]:
    """Every descendant, from ps."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(line.split()[0]): int(line.split()[1]) for line in table.splitlines()}
    found, size = {pid}, 0
    while len(found) > size:
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found - {pid}


def is_running(pid: int) -> bool:
    table = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(table.strip()) and not table.startswith("Z")


def all_gone(pids: set[int], within: float = 15) -> bool:
    for _ in range(int(within * 10)):
        if not any(is_running(pid) for pid in pids):
            return True
        TICK.wait(0.1)
    return False


def copy(stream: IO[str], lines: "Queue[str]") -> None:
    for line in stream:
        lines.put(line)


@contextmanager
def served(var_dir: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], "Queue[str]"]]:
    """``manage.py serve`` with everything embedded, and the lines it prints."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"VAR_DIR": str(var_dir), "PORT": str(port)}
        | dict.fromkeys(("DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL", "BASE_URL"), ""),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    reader = threading.Thread(target=copy, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        yield process, lines
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        reader.join(5)
        process.stdout.close()


def wait_for(lines: "Queue[str]", words: str) -> None:
    seen: list[str] = []
    while not seen or words not in seen[-1]:
        assert len(seen) < 500, seen
        seen.append(lines.get(timeout=60))


@pytest.mark.xdist_group("serve")
def test_all_of_it_starts_answers_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, port) as (process, lines):
        wait_for(lines, f"The portal runs at http://127.0.0.1:{port}/admin/")
        assert supervisor.answers(port)
        children = children_of(process.pid)
        assert len(children) >= 3
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert all_gone(children)


@pytest.mark.skipif(sys.platform != "linux", reason="needs the program interface prctl of Linux")
def test_a_child_does_not_outlive_a_parent_that_is_killed() -> None:
    code = (
        "import pathlib, signal; from portal.supervisor import Part, start;"
        f"print(start(Part('web', {SLEEPER!r}, 1), pathlib.Path.cwd()).process.pid, flush=True); signal.pause()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    assert all_gone({child})


def test_a_used_port_is_refused_with_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with served(tmp_path, port) as (process, lines):
            assert process.wait(30) == 1
            assert f"Port {port} is already in use" in lines.get(timeout=5)


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("raise SystemExit(3)", "stopped by itself with exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
    ],
)
def test_one_that_falls_takes_the_others_with_it(tmp_path: Path, code: str, how: str) -> None:
    trace = tmp_path / "pid"
    lasting = [
        sys.executable,
        "-c",
        f"import os, signal; open({str(trace)!r}, 'w').write(str(os.getpid())); signal.pause()",
    ]
    falling = [
        sys.executable,
        "-c",
        f"import pathlib, time\nwhile not pathlib.Path({str(trace)!r}).exists(): pass\n{code}",
    ]
    with pytest.raises(StoppedByItself, match=f"The beat .*{how}"):
        supervisor.run(
            [Part("web", lasting, 5), Part("beat", falling, 5)], port=free_port(), cwd=tmp_path, on_ready=lambda: None
        )
    assert all_gone({int(trace.read_text())})


def test_one_that_does_not_listen_is_killed_when_patience_ends(tmp_path: Path) -> None:
    deaf = [
        sys.executable,
        "-c",
        "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()",
    ]
    with supervisor.signals() as next_signals:
        child = supervisor.start(Part("worker", deaf, patience=0.3), tmp_path)
        supervisor.stop([child], next_signals)
    assert child.process.returncode in {-signal.SIGKILL, -signal.SIGTERM}


def test_children_lead_sessions_of_their_own(tmp_path: Path) -> None:
    with supervisor.signals() as next_signals:
        child = supervisor.start(Part("worker", SLEEPER, patience=5), tmp_path)
        session = os.getsid(child.process.pid)
        supervisor.stop([child], next_signals)
    assert session == child.process.pid
