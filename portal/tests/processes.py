"""Starts the portal's real worker and beat processes against the test database."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

WORKER = ("worker", "-P", "threads", "-c", "2", "--without-gossip", "--without-mingle", "-l", "WARNING")
BEAT = ("beat", "-l", "WARNING", "--pidfile=")


def database_url() -> str:
    """The test database, as another process reaches it."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return (
        f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT'] or 5432}/{values['NAME']}"
    )


def environment(var_dir: Path, smtp_port: int, **extra: str) -> dict[str, str]:
    """Short intervals and short leases; no ``.env`` value survives."""
    return os.environ | {
        "DATABASE_URL": database_url(),
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "VAR_DIR": str(var_dir),
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "TICK_SECONDS": "1",
        "DRAIN_SECONDS": "1",
        "EMAIL_SEND_LIMIT_SECONDS": "2",
        "OUTBOX_LEASE_SECONDS": "4",
        **extra,
    }


@contextmanager
def running(*commands: tuple[str, ...], env: dict[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Celery processes, ended when the block ends; what they printed stands in the var folder."""
    log = Path(env["VAR_DIR"]) / "celery.log"
    with log.open("ab") as output:
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "portal", *command], env=env, stdout=output, stderr=output
            )
            for command in commands
        ]
        try:
            yield processes
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def wait_until(holds: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait for other processes to bring something about."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        pause.wait(0.2)
