"""Runs web, worker and beat as children of one process, and lets none of them outlive it.

1. Each child leads its own session, so that Ctrl-C at the terminal reaches the parent alone.
2. Each child dies with the parent, even one that is killed, where the system can do that (Linux).
3. On INT, TERM or HUP the children are asked to stop one after the other, given some patience, then killed.
4. A child that stops by itself takes the others with it: half a portal looks alive and keeps no promise.
"""

import ctypes
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1
ASKED_TO_STOP = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
POLL_SECONDS = 0.2
ANSWER_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Part:
    """A program to run, and how many seconds it may take to stop."""

    name: str
    command: list[str]
    patience: float


@dataclass
class Child:
    """A part that was started."""

    part: Part
    process: "subprocess.Popen[bytes]"


class StoppedByItself(Exception):
    """A child ended that should not have."""


def parts(port: int) -> list[Part]:
    """In the order in which they stop: no new work, then no new requests, then the work in hand."""
    python = [sys.executable, "-m"]
    quiet_celery = [*python, "celery", "--quiet", "-A", "portal"]
    beat = "beat -l WARNING --pidfile="
    web = f"gunicorn portal.wsgi:application --bind {HOST}:{port} --workers 2 --threads 4 --no-control-socket"
    worker = "worker -P threads -c 4 --without-gossip --without-mingle --without-heartbeat -l WARNING"
    return [
        Part("beat", [*quiet_celery, *beat.split()], patience=5),
        Part("web", [*python, *web.split(), "--log-level", "warning", "--graceful-timeout", "8"], patience=10),
        Part("worker", [*quiet_celery, *worker.split()], patience=30),
    ]


def port_problem(port: int) -> str:
    """Why the port cannot be used, as one sentence; empty if it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return f"Port {port} needs more rights than you have; set PORT to a number above 1023."
        except OSError:
            return f"Port {port} is already in use; stop what uses it, or set PORT to another number."
    return ""


def run(parts: list[Part], *, port: int, cwd: Path, on_ready: Callable[[], None]) -> None:
    """Run until asked to stop. Raises StoppedByItself with a sentence when a child ends before that."""
    with signals() as next_signals:
        children: list[Child] = []
        try:
            for part in parts:
                children.append(start(part, cwd))  # noqa: PERF401  (each must be known before the next may fail)
            if wait_for_answer(children, next_signals, port):
                on_ready()
                while not is_stop(children, next_signals(None)):
                    pass
        finally:
            stop(children, next_signals)


def wait_for_answer(children: list[Child], next_signals: "NextSignals", port: int) -> bool:
    """True once the web answers; False if somebody asked to stop before."""
    deadline = time.monotonic() + ANSWER_WITHIN_SECONDS
    while not answers(port):
        if is_stop(children, next_signals(POLL_SECONDS)):
            return False
        if time.monotonic() > deadline:
            raise StoppedByItself(f"The web did not answer on port {port} within {ANSWER_WITHIN_SECONDS} s.")
    return True


def answers(port: int) -> bool:
    """Whether a page comes back; the port alone opens before the application has loaded."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_stop(children: list[Child], received: set[int]) -> bool:
    """Whether somebody asked to stop. Raises StoppedByItself if a child has ended."""
    if received & ASKED_TO_STOP:
        return True
    for child in children:
        code = child.process.poll()
        if code is not None:
            how = f"was ended by signal {-code}" if code < 0 else f"stopped by itself with exit code {code}"
            raise StoppedByItself(
                f"The {child.part.name} {how}; the lines above may say why. The rest was stopped too."
            )
    return False


def start(part: Part, cwd: Path) -> Child:
    parent = os.getpid()
    process = subprocess.Popen(  # noqa: S603  (no shell)
        part.command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: die_with(parent),  # noqa: PLW1509  (no thread runs yet in this process)
    )
    return Child(part, process)


def die_with(parent: int) -> None:
    """In the child: ask Linux for TERM when the parent is gone, and notice if it already is."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def stop(children: list[Child], next_signals: "NextSignals") -> None:
    """Stop each child in turn; a second Ctrl-C ends the patience."""
    is_hurried = False
    for child in children:
        if child.process.poll() is None:
            child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + child.part.patience
        while child.process.poll() is None and not is_hurried and time.monotonic() < deadline:
            is_hurried = bool(next_signals(POLL_SECONDS) & ASKED_TO_STOP)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


NextSignals = Callable[[float | None], set[int]]


def note(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the number travels through the wake-up pipe."""


@contextmanager
def signals() -> Iterator[NextSignals]:
    """A function that waits for signals (INT, TERM, a child's end) and returns their numbers.

    They come through a pipe, so nothing is interrupted half way and none is lost between two waits.
    """
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    heard = {*ASKED_TO_STOP, signal.SIGCHLD}
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:  # nohup
        heard.remove(signal.SIGHUP)
    kept = {number: signal.signal(number, note) for number in heard}
    kept_pipe = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def next_signals(timeout: float | None) -> set[int]:
        ready, _, _ = select.select([reader], [], [], timeout)
        return set(os.read(reader, 4096)) if ready else set()

    try:
        yield next_signals
    finally:
        signal.set_wakeup_fd(kept_pipe)
        for number, handler in kept.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)
