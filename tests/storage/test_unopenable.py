"""An archive whose file cannot be made or opened: one line says what stands in the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage import Archive
from storage.errors import ArchiveUnavailable
from tests.pipeline.test_trouble import CANNOT_BE_ORDINARY, ORDINARY


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnavailable) as refused:
        Archive.open(f"sqlite:///{tmp_path}", write=True)
    assert str(refused.value) == f"{tmp_path} cannot be opened: it is a folder"


@pytest.mark.skipif(CANNOT_BE_ORDINARY, reason="root, and no setpriv to become less")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    code = f"from storage import Archive\nArchive.open('sqlite:///{tmp_path}/a.db', write=True)"
    result = subprocess.run([*ORDINARY, sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    tmp_path.chmod(0o700)
    assert result.stderr.endswith(f"{tmp_path}/a.db cannot be made: you may not write to the folder {tmp_path}\n")


@pytest.mark.skipif(CANNOT_BE_ORDINARY, reason="root, and no setpriv to become less")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    with Archive.open(f"sqlite:///{tmp_path}/a.db", write=True):
        pass
    (tmp_path / "a.db").chmod(0)
    code = f"from storage import Archive\nArchive.open('sqlite:///{tmp_path}/a.db')"
    result = subprocess.run([*ORDINARY, sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert result.stderr.endswith(f"{tmp_path}/a.db cannot be opened: you may not read it\n")
