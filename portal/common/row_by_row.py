"""One row that cannot be handled does not keep the others from their turn."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)
ThingT = TypeVar("ThingT")


class SomeFailed(Exception):
    """Some rows failed, the others were done; the log has each failure."""

    def __init__(self, *, done: int, failed: int) -> None:
        super().__init__(f"{failed} failed, {done} done")
        self.done, self.failed = done, failed


def each(things: Iterable[ThingT], act: Callable[[ThingT], int]) -> int:
    """The sum of ``act`` over ``things``; raises SomeFailed at the end if any of them failed.

    A database that does not answer is no matter of one row, and is raised at once.
    """
    done = failed = 0
    for thing in things:
        try:
            done += act(thing)
        except (OperationalError, InterfaceError):
            raise
        except SomeFailed as error:
            done, failed = done + error.done, failed + error.failed
        except Exception:
            logger.exception("Left out: %r", thing)
            failed += 1
    if failed:
        raise SomeFailed(done=done, failed=failed)
    return done
