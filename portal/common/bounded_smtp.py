"""SMTP with an end: a server that answers one byte at a time cannot hold a worker.

``EMAIL_TIMEOUT`` bounds each read, so a tarpit may stretch one letter for ever. Here a watchdog shuts the
socket when ``EMAIL_SEND_LIMIT_SECONDS`` have passed, whatever the conversation is doing, and the caller
gets a ``TimeoutError`` (an ``OSError``: to be tried again).
"""

import smtplib
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from threading import Lock, Timer
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

CLOSE_LIMIT_SECONDS = 3


class Watchdog:
    """Shuts the watched socket when the time is up; safe to ask from both threads."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.twin: socket.socket | None = None
        self.has_bitten = False
        self.ends_at = 0.0

    @property
    def seconds_left(self) -> float:
        return max(self.ends_at - time.monotonic(), 0.1)

    def watch(self, sock: socket.socket) -> None:
        """Keep a duplicate: it shuts the same connection after TLS has wrapped the original."""
        with self.lock:
            self.drop_twin()
            self.twin = sock.dup()
            if self.has_bitten:
                self.shut()

    def bite(self) -> None:
        with self.lock:
            self.has_bitten = True
            self.shut()

    def shut(self) -> None:
        if self.twin is not None:
            with suppress(OSError):
                self.twin.shutdown(socket.SHUT_RDWR)

    def drop_twin(self) -> None:
        if self.twin is not None:
            self.twin.close()
            self.twin = None

    @contextmanager
    def on_guard(self, limit: float) -> Iterator[None]:
        """Bite after ``limit`` seconds unless the block has ended; a block inside a guarded one shares its end.

        Once bitten nothing that was read counts: smtplib takes a cut-off line for a whole answer.
        """
        if self.ends_at:
            yield
            return
        self.has_bitten, self.ends_at = False, time.monotonic() + limit
        timer = Timer(limit, self.bite)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, ValueError) as error:
            if self.has_bitten:
                raise TimeoutError(f"The mail server did not finish within {limit:g} s.") from error
            raise
        else:
            if self.has_bitten:
                raise TimeoutError(f"The mail server did not finish within {limit:g} s.")
        finally:
            timer.cancel()
            self.ends_at = 0.0


class Watched(smtplib.SMTP):
    """Shows its socket to the watchdog before the first byte is read, and shares the time out among addresses."""

    def __init__(self, *args: Any, watchdog: Watchdog, **kwargs: Any) -> None:
        self.watchdog = watchdog
        super().__init__(*args, **kwargs)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        sock = socket.create_connection(
            (host, port), min(timeout, self.watchdog.seconds_left / len(addresses)), self.source_address
        )
        sock.settimeout(timeout)
        self.watchdog.watch(sock)
        return sock


class WatchedSSL(smtplib.SMTP_SSL, Watched):
    """The same in TLS from the first byte: ``SMTP_SSL`` wraps the socket that ``Watched`` returns."""

    def __init__(self, *args: Any, watchdog: Watchdog, **kwargs: Any) -> None:
        self.watchdog = watchdog
        smtplib.SMTP_SSL.__init__(self, *args, **kwargs)


class EmailBackend(smtp.EmailBackend):
    """Django's backend, with opening, sending and closing each bounded; every error is raised."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watchdog = Watchdog()

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:  # type: ignore[override]
        """A class with one argument filled in."""
        return partial(WatchedSSL if self.use_ssl else Watched, watchdog=self.watchdog)

    def open(self) -> bool | None:
        try:
            with self.bounded():
                return super().open()
        except BaseException:
            self.watchdog.drop_twin()
            raise

    def close(self) -> None:
        """Say goodbye, which may fail: what the server answered before stands."""
        try:
            with suppress(OSError), self.watchdog.on_guard(CLOSE_LIMIT_SECONDS):
                super().close()
        finally:
            self.watchdog.drop_twin()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send the one message; several would share one limit and one answer."""
        if len(email_messages) != 1:
            raise ValueError("Send one message at a time, so that each has its own limit and its own answer.")
        is_own = self.connection is None
        try:
            with self._lock, self.bounded():
                self.open()
                return int(self._send(email_messages[0]))  # type: ignore[attr-defined]
        finally:
            if is_own:
                self.close()

    @contextmanager
    def bounded(self) -> Iterator[None]:
        with self.watchdog.on_guard(settings.EMAIL_SEND_LIMIT_SECONDS):
            yield
