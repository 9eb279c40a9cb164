"""Static files are collected once, and again when they change."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from portal.static_files import collect_if_changed


@pytest.fixture
def source(settings: Settings, tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [str(tmp_path / "source")]
    settings.STATIC_ROOT = str(tmp_path / "collected")
    return tmp_path / "source"


def test_files_are_collected_once_and_again_when_they_change(source: Path, settings: Settings) -> None:
    (source / "portal.css").write_text("a {}")
    assert collect_if_changed()
    assert not collect_if_changed()
    (source / "portal.css").write_text("a { color: red }")
    assert collect_if_changed()
    assert "red" in (Path(settings.STATIC_ROOT) / "portal.css").read_text()
