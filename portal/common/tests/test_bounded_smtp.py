"""A tarpit cannot hold a worker: a scripted server on loopback answers, drips or stays silent."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.core.mail import EmailMessage
from pytest_django.fixtures import Settings

from portal.common import bounded_smtp
from portal.common.bounded_smtp import EmailBackend

LIMIT = 1
Reply = Callable[[socket.socket, threading.Event], None]


def say(text: str) -> Reply:
    return lambda peer, _ended: peer.sendall(f"{text}\r\n".encode())


def drip(peer: socket.socket, ended: threading.Event) -> None:
    """One byte at a time, so that no single read ever times out; ends when the peer hangs up or the test does."""
    while not ended.wait(0.1):
        peer.sendall(b"2")


def silence(peer: socket.socket, ended: threading.Event) -> None:
    ended.wait(10)


class Server:
    """Answers the n-th command of a conversation with the n-th reply; ``250 ok`` beyond the script."""

    def __init__(self) -> None:
        self.script: dict[str, Reply] = {}
        self.received: list[str] = []
        self.ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while not self.ended.is_set():
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                try:
                    self.converse(peer)
                except OSError:
                    continue

    def converse(self, peer: socket.socket) -> None:
        self.script.get("GREETING", say("220 here"))(peer, self.ended)
        lines = peer.makefile("rb")
        for raw in lines:
            verb = raw[:4].decode(errors="replace").upper()
            self.received.append(verb)
            self.script.get(verb, say("354 go on" if verb == "DATA" else "250 ok"))(peer, self.ended)
            if verb == "DATA":
                while lines.readline() not in {b".\r\n", b""}:
                    pass
                self.script.get("END", say("250 taken"))(peer, self.ended)

    def close(self) -> None:
        self.ended.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    server = Server()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT, settings.EMAIL_SEND_LIMIT_SECONDS = 5, LIMIT
    yield server
    server.close()


def letter() -> EmailMessage:
    return EmailMessage("Subject", "Text", "portal@example.org", ["ada@example.org"])


def test_a_letter_is_handed_over(server: Server) -> None:
    assert EmailBackend().send_messages([letter()]) == 1
    assert [verb for verb in server.received if verb in {"MAIL", "RCPT", "DATA", "QUIT"}] == [
        "MAIL",
        "RCPT",
        "DATA",
        "QUIT",
    ]


@pytest.mark.parametrize("how", [drip, silence])
@pytest.mark.parametrize("stage", ["GREETING", "EHLO", "RCPT", "END"])
def test_a_tarpit_is_left_when_the_limit_has_passed(server: Server, stage: str, how: Reply) -> None:
    server.script[stage] = how
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="did not finish within 1 s"):
        EmailBackend().send_messages([letter()])
    assert LIMIT * 0.9 <= time.monotonic() - began < LIMIT * 2.5


def test_tls_from_the_first_byte_is_bounded_too(server: Server, settings: Settings) -> None:
    settings.EMAIL_USE_SSL = True
    server.script["GREETING"] = silence
    with pytest.raises(TimeoutError, match="did not finish"):
        EmailBackend().send_messages([letter()])


def test_closing_is_bounded_and_leaves_the_letter_sent(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_smtp, "CLOSE_LIMIT_SECONDS", LIMIT)
    server.script["QUIT"] = drip
    backend = EmailBackend()
    began = time.monotonic()
    assert backend.send_messages([letter()]) == 1
    assert time.monotonic() - began < LIMIT * 2.5
    assert backend.connection is None


def test_the_next_letter_goes_out_after_a_tarpit(server: Server) -> None:
    backend = EmailBackend()
    server.script["RCPT"] = drip
    with pytest.raises(TimeoutError):
        backend.send_messages([letter()])
    server.script.clear()
    assert backend.send_messages([letter()]) == 1


def test_an_answer_is_raised_as_it_is(server: Server) -> None:
    server.script["RCPT"] = say("550 nobody here")
    with pytest.raises(OSError, match="nobody here"):
        EmailBackend().send_messages([letter()])


def test_several_letters_at_once_are_refused(server: Server) -> None:
    with pytest.raises(ValueError, match="one message at a time"):
        EmailBackend().send_messages([letter(), letter()])
