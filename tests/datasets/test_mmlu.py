"""MMLU's outcomes: read from a folder, or downloaded and checked byte by byte."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from routebook import datasets
from routebook.datasets.mmlu import FILE, LICENCE, STRONG, WEAK, downloaded, is_table, names, table_of
from routebook.errors import OutcomesError

HEAD = f"prompt,{WEAK},{STRONG}\n"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder laid out as the source is: two questions a subject, of which one prompt is contaminated."""
    (tmp_path / "responses").mkdir()
    for number, name in enumerate(names()):
        text = f"{HEAD}Question {number}?,True,True\nOther {number}?,False,True\n"
        (tmp_path / name).write_text(text if name.endswith(".csv") else '{"eval_prompt": "Other 0?"}\n', "utf-8")
    return tmp_path


@pytest.fixture
def source(files: Path) -> Iterator[str]:
    """Serve that folder on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(files)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def digest(files: Path) -> str:
    whole = hashlib.sha256()
    for name in names():
        whole.update(hashlib.sha256((files / name).read_bytes()).hexdigest().encode())
    return whole.hexdigest()


def test_what_is_downloaded_becomes_a_table_without_contaminated_prompts(
    files: Path, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE).write_bytes(table_of(downloaded(source, digest(files))))
    monkeypatch.setenv("ROUTEBOOK_DATA", str(tmp_path))
    outcomes = datasets.mmlu()
    assert (len(outcomes.prompts), len(outcomes.tags)) == (57 * 2 - 1, 57)
    assert outcomes.models == (WEAK, STRONG)
    assert outcomes.summary()["quality"].round(3).tolist() == [round(57 / 113, 3), 1.0]


def test_the_same_files_make_the_same_bytes(files: Path) -> None:
    read = {name: (files / name).read_bytes() for name in names()}
    assert table_of(read) == table_of(read)


def test_a_byte_that_differs_is_refused_whole(files: Path, source: str) -> None:
    expected = digest(files)
    (files / "responses" / "mmlu_virology.csv").write_text(f"{HEAD}Another?,True,True\n", "utf-8")
    with pytest.raises(OutcomesError, match="is not what MMLU's outcomes were"):
        downloaded(source, expected)


def test_without_a_network_the_error_says_what_works(files: Path, source: str) -> None:
    expected = digest(files)
    (files / "responses" / "mmlu_anatomy.csv").unlink()
    with pytest.raises(OutcomesError, match=r"404.*rb\.datasets\.mmlu\(folder\)"):
        downloaded(source, expected)


def test_a_folder_without_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutcomesError, match=rf"There is no {FILE} in"):
        datasets.mmlu(tmp_path)


def test_source_and_licence_are_among_the_notes(tmp_path: Path) -> None:
    with gzip.open(tmp_path / FILE, "wt") as file:
        file.write(f'subject,prompt,{WEAK},{STRONG}\nvirology,"Which one?",0,1\n')
    assert datasets.mmlu(tmp_path).notes[0] == LICENCE
    assert "Apache-2.0" in LICENCE


def test_a_table_in_the_cache_that_is_another_or_is_not_whole_is_not_used(files: Path, tmp_path: Path) -> None:
    packed = table_of({name: (files / name).read_bytes() for name in names()})
    right = hashlib.sha256(gzip.decompress(packed)).hexdigest()
    path = tmp_path / FILE
    assert not is_table(path, right)
    path.write_bytes(packed)
    assert is_table(path, right)
    for other in (packed[:-9], packed[:100], b"", b"no gzip", gzip.compress(gzip.decompress(packed) + b"more")):
        path.write_bytes(other)
        assert not is_table(path, right)
