"""The shapes of the interactive view's data; js/src/messages.ts says what each field means.

What is left out is nothing, `None` is unknown; amounts are US dollars, times seconds.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from routebook.calls import RunStatus
from routebook.render.cards import Phase
from routebook.votes import VoteKind, Winner


class Cost(TypedDict):
    """Real and simulated money apart."""

    usd: float
    list_usd: float
    priced: int
    calls: int
    simulated_usd: float
    simulated_priced: int
    simulated_calls: int


class Run(TypedDict):
    """What is known of the run."""

    id: str
    name: str
    created_at: str
    status: RunStatus
    planned: int
    done: int
    repeats: int
    prompts: int
    tags: list[str]
    blind: bool
    simulated: bool
    cost: Cost | None
    quoted: NotRequired[str]
    slowest_s: float | None
    settings: dict[str, Any]


class Summary(TypedDict):
    """What is known of one model's calls."""

    calls: int
    errors: int
    cached: int
    priced: int
    cost_usd: float | None
    usd_per_1k_calls: float | None
    ttft_p50_s: float | None
    ttft_p95_s: float | None
    latency_p50_s: float | None
    latency_p95_s: float | None
    tokens_per_s: float | None


class Mean(TypedDict):
    """What a check or a judge says of a model's answers."""

    name: str
    value: float
    n: int
    pairs: NotRequired[Literal[True]]


class Model(TypedDict):
    """One model that was asked."""

    id: str
    name: str
    host: str
    vendor: str
    colour: int
    simulated: bool
    summary: NotRequired[Summary]
    means: NotRequired[list[Mean]]


class Badge(TypedDict):
    """A word or two about an answer."""

    text: str
    kind: NotRequired[Literal["bad", "warning", "simulated"]]
    title: NotRequired[str]


class Failure(TypedDict):
    """Why an answer failed."""

    kind: str
    message: str
    hint: NotRequired[str]
    status: NotRequired[int]


class Score(TypedDict):
    """What a check or a judge says of an answer."""

    name: str
    value: float | None
    n: NotRequired[int]
    won: NotRequired[int]
    tied: NotRequired[int]
    note: NotRequired[str]


class Answer(TypedDict):
    """One answer, or the place where it will be."""

    id: str
    model: int | None
    label: NotRequired[str]
    repeat: int
    phase: Phase
    text: NotRequired[str]
    reasoning: NotRequired[str]
    host: NotRequired[str]
    badges: NotRequired[list[Badge]]
    failure: NotRequired[Failure]
    tries: NotRequired[int]
    usd: NotRequired[float | None]
    list_usd: NotRequired[float | None]
    price: NotRequired[str]
    ttft_s: NotRequired[float | None]
    latency_s: NotRequired[float | None]
    tokens_per_s: NotRequired[float | None]
    input_tokens: NotRequired[int | None]
    cached_tokens: NotRequired[int | None]
    output_tokens: NotRequired[int | None]
    reasoning_tokens: NotRequired[int | None]
    finish: NotRequired[str]
    request_id: NotRequired[str]
    served_model: NotRequired[str]
    started_at: NotRequired[str]
    scores: NotRequired[list[Score]]


class Message(TypedDict):
    """A turn before the question."""

    role: str
    text: str


class Image(TypedDict):
    """An image that went with the question; its bytes are counted, not kept."""

    name: str
    bytes: int


class Prompt(TypedDict):
    """A question and its answers."""

    id: str
    number: int
    text: str
    system: NotRequired[str]
    earlier: NotRequired[list[Message]]
    tags: NotRequired[list[str]]
    images: NotRequired[list[Image]]
    answers: list[Answer]


class Ballot(TypedDict):
    """What a person says in the view, by the answers' ids."""

    kind: VoteKind
    prompt: str
    note: NotRequired[str]
    blind: bool
    order: list[str]
    a: NotRequired[str]
    b: NotRequired[str]
    winner: NotRequired[Winner]
    answer: NotRequired[str]
    rating: NotRequired[int]


class Vote(Ballot):
    """A ballot that is in the store."""

    id: str
    by: str
    at: str


class Document(TypedDict):
    """A comparison as it is shown and saved."""

    routebook: Literal[1]
    run: Run
    models: list[Model]
    prompts: list[Prompt]
    notes: list[str]
    votes: list[Vote]
