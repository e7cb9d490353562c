"""The files of real outcomes, read in place in one call each, and the figures their README gives.

They are not part of the package. Their folder is ``$ROUTEBOOK_DATA``, or ``../shared/data`` beside the repository.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from routebook.outcomes import Outcomes

DATA = Path(os.environ.get("ROUTEBOOK_DATA") or Path(__file__).parents[3] / "shared" / "data")
MIXTRAL, GPT = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"
NINE = [
    "llama3-chatqa-1.5-8b", "qwen2.5-7b-instruct", "llama3-chatqa-1.5-70b", "llama-3.1-nemotron-51b-instruct",
    "mistral-7b-instruct-v0.3", "gemma-2-9b-it", "llama-3.1-8b-instruct", "codegemma-7b",
    "llama-3.3-nemotron-super-49b-v1",
]  # fmt: skip

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the outcomes are not here: set ROUTEBOOK_DATA ({DATA})")


@pytest.fixture(scope="module")
def mmlu() -> Outcomes:
    """Return the MMLU outcomes."""
    return Outcomes.from_frame(DATA / "mmlu_outcomes.csv.gz", prompt="prompt", tag="subject", models=[MIXTRAL, GPT])


@pytest.fixture(scope="module")
def llmrouter() -> Outcomes:
    """Return the LLMRouter outcomes."""
    return Outcomes.from_frame(
        DATA / "llmrouter_outcomes.csv.gz",
        tag="task",
        models=NINE,
        prices=DATA / "llmrouter_prices.json",
        metadata=["split", "metric"],
    )


class TestMMLU:
    """14,037 prompts, two models, right or wrong."""

    def test_the_known_accuracies(self, mmlu: Outcomes) -> None:
        quality = mmlu.summary().set_index("model")["quality"]
        assert {model: round(100 * value, 2) for model, value in quality.items()} == {GPT: 80.59, MIXTRAL: 68.09}

    def test_every_row_is_a_prompt_of_its_own(self, mmlu: Outcomes) -> None:
        assert len(mmlu.prompts) == 14_037
        assert mmlu.prompts.index.is_unique
        assert "105 prompts with the text of an earlier one; each counts." in mmlu.notes
        assert len(mmlu.tags) == 57
        assert mmlu.features["multiple_choice"].mean() > 0.999

    def test_vendors_are_told_from_the_names_and_hosts_are_not(self, mmlu: Outcomes) -> None:
        assert mmlu.summary()[["vendor", "host"]].values.tolist() == [["mistral", ""], ["openai", ""]]

    def test_its_frame_reads_as_the_same(self, mmlu: Outcomes) -> None:
        again = Outcomes.from_frame(mmlu.frame)
        assert again.frame.equals(mmlu.frame)
        assert again.data_sha256 == mmlu.data_sha256


class TestLLMRouter:
    """6,108 prompts, nine models, scores from 0 to 1, prices without token counts."""

    def test_the_known_figures(self, llmrouter: Outcomes) -> None:
        """The README's oracle is over all rows; its best single model is a mean over the 14 tasks (0.617 over rows)."""
        quality = llmrouter.wide()
        task = llmrouter.prompts["tags"].str[0]
        assert round(quality.max(axis=1).mean(), 3) == 0.797
        assert round(quality.groupby(task).mean().mean().max(), 3) == 0.615
        assert (
            quality.mean().idxmax() == quality.groupby(task).mean().mean().idxmax() == "llama-3.1-nemotron-51b-instruct"
        )
        assert round(quality.mean().max(), 4) == 0.6165

    def test_the_published_split(self, llmrouter: Outcomes) -> None:
        train, test = (llmrouter.select(metadata={"split": split}) for split in ("train", "test"))
        assert (len(train.prompts), len(test.prompts)) == (5_608, 500)
        assert round(test.summary()["quality"].max(), 4) == 0.5626
        assert round(test.wide().max(axis=1).mean(), 4) == 0.7434

    def test_prices_are_kept_and_no_cost_is_invented(self, llmrouter: Outcomes) -> None:
        assert llmrouter.prices["input_usd_per_mtok"].to_dict()["gemma-2-9b-it"] == 0.1
        assert llmrouter.prices.notna().all(axis=None)
        assert llmrouter.frame["cost_usd"].isna().all()
        assert any("what a prompt costs is unknown" in note for note in llmrouter.notes)
