"""Keys that come back in what is said of answers: in a check's note or error, a judge's reason, a model's code."""

from __future__ import annotations

from pathlib import Path

import pytest

import routebook as rb
from routebook.judging.judges.rubric import ReplyError, Rubric
from routebook.store import default_store

KEY = "qo7Xv+Wd3e/9mTz4LwPb1="
SHAPED = "sk-proj-abcdefghijkl12345"


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a file with keys in it; one of them is in the environment too."""
    monkeypatch.setenv("LAB_API_KEY", KEY)
    path = tmp_path / "keys.txt"
    path.write_text(f"{KEY} {SHAPED}")
    return path


def test_what_checks_say_has_no_key(planted: Path, isolated: Path) -> None:
    run = rb.compare(["Name a prime.", "Name a planet."], models=["sim/small", "sim/large"])

    def notes(answer: str) -> tuple[float, str]:
        return 1.0, planted.read_text()

    def fails(answer: str) -> float:
        raise ValueError(planted.read_text())

    reads = f"raise ValueError([open({str(planted)!r}).read()])"
    code = rb.scorers.code(
        f"import os\ntry:\n    {reads}\nexcept OSError:\n    raise ValueError(dict(os.environ))\nassert 0"
    )
    shown = [run.score(notes), run.score(fails), run.score(code)]
    run.ballot(isolated / "ballot.html")
    run.to_html(isolated / "page.html")
    run.to_json(isolated / "run.json")
    run.scores.to_csv(isolated / "scores.csv")
    run.outcomes(quality="notes").frame.to_csv(isolated / "outcomes.csv")
    texts = [path.read_bytes() for path in isolated.rglob("*") if path.is_file()]
    default_store().close()
    texts += [path.read_bytes() for path in isolated.rglob("*") if path.is_file()]
    texts += [f"{said}{said._repr_html_()}".encode() for said in shown]

    assert any(b"[hidden]" in text for text in texts)
    assert not any(key.encode() in text for key in (KEY, SHAPED) for text in texts)


@pytest.mark.parametrize("key", [KEY, SHAPED])
def test_a_judges_reason_and_its_mistake_have_no_key(key: str, planted: Path) -> None:
    rubric = Rubric("pairwise")
    assert rubric.read(f'{{"reason": "It says {key}", "winner": "A"}}').reason == "It says [hidden]"
    for reply in (key, f'{{"winner": "{key}"}}', f'{{"score": "{key}"}}'):
        with pytest.raises(ReplyError) as caught:
            rubric.read(reply)
        assert key not in str(caught.value)
