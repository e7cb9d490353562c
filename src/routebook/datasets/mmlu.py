"""What GPT-4 and Mixtral 8x7B answered to MMLU, question by question: RouteLLM's published evaluation.

The data is not part of routebook. It is read from a folder, or downloaded from its source at one commit, where every
byte is checked before any is used, and kept in the user's cache.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from routebook.errors import OutcomesError
from routebook.files import write_bytes_atomically

if TYPE_CHECKING:
    from routebook.outcomes import Outcomes

SOURCE = (
    "https://raw.githubusercontent.com/lm-sys/RouteLLM/0b64fdafe049e596a3f5657c219329f24af24198/routellm/evals/mmlu"
)
SHA256 = "2ef6b077aa7d79bd83ea7c4b032d515268332d6631989a2610151315b70cedcd"
"""Of the sha256 (hex) of each file, one after the other: the subjects' by name, then the contaminated prompts."""
TABLE_SHA256 = "d3193a5b4e1754b3a65fac16aa4f04b74e921f6af97c312caa9ca471bd4a8ac0"
"""Of the table that these files make, unpacked (hex): a table in the cache is used if it is this one."""
LICENCE = "RouteLLM's evaluation of MMLU, commit 0b64fda, without contaminated prompts: Apache-2.0 (MMLU itself MIT)."
WEAK, STRONG = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"
FILE = "mmlu_outcomes.csv.gz"
_CONTAMINATED = "contaminated_prompts.jsonl"
_WAIT_S = 30
_MOST_BYTES = 16 * 1024 * 1024
_SUBJECTS = (
    "abstract_algebra", "anatomy", "astronomy", "business_ethics", "clinical_knowledge", "college_biology",
    "college_chemistry", "college_computer_science", "college_mathematics", "college_medicine", "college_physics",
    "computer_security", "conceptual_physics", "econometrics", "electrical_engineering", "elementary_mathematics",
    "formal_logic", "global_facts", "high_school_biology", "high_school_chemistry", "high_school_computer_science",
    "high_school_european_history", "high_school_geography", "high_school_government_and_politics",
    "high_school_macroeconomics", "high_school_mathematics", "high_school_microeconomics", "high_school_physics",
    "high_school_psychology", "high_school_statistics", "high_school_us_history", "high_school_world_history",
    "human_aging", "human_sexuality", "international_law", "jurisprudence", "logical_fallacies", "machine_learning",
    "management", "marketing", "medical_genetics", "miscellaneous", "moral_disputes", "moral_scenarios", "nutrition",
    "philosophy", "prehistory", "professional_accounting", "professional_law", "professional_medicine",
    "professional_psychology", "public_relations", "security_studies", "sociology", "us_foreign_policy", "virology",
    "world_religions",
)  # fmt: skip


def mmlu(folder: str | Path | None = None) -> Outcomes:
    """Return MMLU's questions with what GPT-4 (``gpt-4-1106-preview``) and Mixtral 8x7B got: 1 right, 0 wrong.

    Parameters
    ----------
    folder
        Where ``mmlu_outcomes.csv.gz`` is; by default the folder that ``ROUTEBOOK_DATA`` names, else the user's cache,
        into which it is downloaded once (7 MB, from RouteLLM's repository at one commit). What is downloaded, and what
        the cache has, is checked by sha256; a folder of yours is taken at its word.

    Returns
    -------
    Outcomes
        14,037 prompts, tagged with their subjects; no costs, no latencies. Its notes name source and licence.

    Raises
    ------
    OutcomesError
        If the folder has no such file, or it cannot be downloaded, or is not what it was.
    """
    from routebook.outcomes import Outcomes

    named = folder or os.environ.get("ROUTEBOOK_DATA")
    path = Path(named).expanduser() / FILE if named else _cached()
    if not path.is_file():
        raise OutcomesError(
            f"There is no {FILE} in {str(path.parent)!r}: name the folder that has it, or none to download it."
        )
    made = Outcomes.from_frame(path, tag="subject", models=[WEAK, STRONG], by="MMLU's answer key")
    return replace(made, _remarks=(LICENCE, *made._remarks))


def _cached() -> Path:
    import platformdirs

    path = Path(platformdirs.user_cache_dir("routebook", appauthor=False)) / SHA256[:12] / FILE
    if not is_table(path, TABLE_SHA256):
        table = table_of(downloaded(SOURCE, SHA256))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes_atomically(path, table)
        except OSError as error:
            raise OutcomesError(f"Cannot keep MMLU's outcomes in {str(path.parent)!r}: {error.strerror}.") from error
    return path


def is_table(path: Path, sha256: str) -> bool:
    """Tell whether this file is there, is whole, and unpacks to what has this sha256 (hex)."""
    try:
        with gzip.open(path) as file:
            return hashlib.sha256(file.read(_MOST_BYTES)).hexdigest() == sha256
    except (OSError, EOFError, zlib.error):
        return False


def names() -> Iterator[str]:
    """Yield what the files are called below the source, in the order in which they are hashed."""
    for subject in _SUBJECTS:
        yield f"responses/mmlu_{subject}.csv"
    yield _CONTAMINATED


def downloaded(source: str, sha256: str) -> dict[str, bytes]:
    """Fetch the files, and return them by name if they are what they were.

    Raises
    ------
    OutcomesError
        If the source cannot be reached, or a file is too large, or any byte differs.
    """
    from rich.progress import track

    found = {}
    digest = hashlib.sha256()
    for name in track(list(names()), description="MMLU outcomes", transient=True):
        found[name] = _fetched(f"{source}/{name}")
        digest.update(hashlib.sha256(found[name]).hexdigest().encode())
    if digest.hexdigest() != sha256:
        raise OutcomesError("What was downloaded is not what MMLU's outcomes were: nothing of it is used.")
    return found


def _fetched(url: str) -> bytes:
    from http.client import HTTPException
    from urllib.request import urlopen

    try:
        with urlopen(url, timeout=_WAIT_S) as answer:  # noqa: S310 - the scheme is this module's own
            data: bytes = answer.read(_MOST_BYTES + 1)
    except (OSError, HTTPException) as error:
        raise OutcomesError(
            f"MMLU's outcomes cannot be downloaded ({error}): with them in a folder, rb.datasets.mmlu(folder) reads "
            f"{FILE} without a network."
        ) from error
    if len(data) > _MOST_BYTES:
        raise OutcomesError(f"{url.rpartition('/')[2]} is larger than it was: nothing of it is used.")
    return data


def table_of(files: Mapping[str, bytes]) -> bytes:
    """Return the table of all subjects as gzipped CSV, without the prompts that RouteLLM calls contaminated."""
    import pandas as pd

    lines = files[_CONTAMINATED].decode("utf-8").splitlines()
    contaminated = {json.loads(line)["eval_prompt"] for line in lines if line.strip()}
    parts = []
    for subject in _SUBJECTS:
        part = pd.read_csv(io.BytesIO(files[f"responses/mmlu_{subject}.csv"]))
        part.insert(0, "subject", subject)
        parts.append(part)
    whole = pd.concat(parts, ignore_index=True)
    whole = whole[~whole["prompt"].isin(contaminated)].astype({WEAK: int, STRONG: int})
    packed = io.BytesIO()
    whole.to_csv(packed, index=False, lineterminator="\n", compression={"method": "gzip", "mtime": 0})
    return packed.getvalue()
