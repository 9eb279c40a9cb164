"""Collects the static files when they changed, as hashing and compressing them all takes seconds."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = ".collected-from"


def collect_if_changed() -> bool:
    """True if the files were collected; the stamp is written last, so an interrupted run is done again."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    found = fingerprint()
    if stamp.exists() and stamp.read_text() == found:
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", clear=True, interactive=False, verbosity=0)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(found)
    return True


def fingerprint() -> str:
    """Changes with the name, size or time of any source file, and with the storage."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
