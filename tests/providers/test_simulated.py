"""The simulated hosts: deterministic, as right as their table says, honest about what they are, strict in options."""

import asyncio
import json
import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import virtual_time
from tests.support.simulated_prompts import made

from routebook.checks import passes
from routebook.datasets import is_right
from routebook.errors import OptionError
from routebook.models import ModelId
from routebook.prompts import Attachment, Message
from routebook.providers.contract import CallError, Options, Request
from routebook.providers.simulated import (
    ACCURACY,
    CATALOGUE,
    KINDS,
    SimulatedProvider,
    attempt,
    recommended,
    set_speed,
    speed,
)
from routebook.providers.simulated.answers import worded
from routebook.providers.simulated.pace import VARIABLE, Piece, schedule, tokens_in
from routebook.providers.simulated.tasks import interpreter
from routebook.providers.simulated.tasks.coding import mistaken, runs_right
from routebook.providers.simulated.tasks.functions import FUNCTIONS
from routebook.providers.simulated.tasks.knowledge import CAPITALS, SYMBOLS
from routebook.providers.simulated.tasks.safe import NotUnderstoodError
from routebook.providers.simulated.tasks.translation import LANGUAGES, TABLE

PNG = Attachment.of(b"\x89PNG\r\n\x1a\n", name="dot.png")


@dataclass
class Collected:
    """A sink that keeps what came, in order."""

    events: list[tuple[str, str]] = field(default_factory=list)
    on_event: Callable[[], object] = field(default=lambda: None, compare=False)

    def started(self) -> None:
        self._take("started", "")

    def reasoning(self, text: str) -> None:
        self._take("reasoning", text)

    def text(self, text: str) -> None:
        self._take("text", text)

    def whole(self, kind: str) -> str:
        return "".join(text for one, text in self.events if one == kind)

    def _take(self, kind: str, text: str) -> None:
        self.events.append((kind, text))
        self.on_event()


@pytest.fixture(autouse=True)
def _no_waiting():
    set_speed(0)
    yield
    set_speed(None)


def request(model: str, text: str, *, repeat: int = 0, system: str | None = None, images=(), **options) -> Request:
    message = Message("user", text, tuple(images))
    return Request(ModelId.parse(model), (message,), system, Options(**options), repeat)


async def ask(asked: Request, provider: SimulatedProvider | None = None):
    sink = Collected()
    reply = await (provider or SimulatedProvider(asked.model.host)).ask(asked, sink)
    return reply, sink


async def text_of(model: str, text: str, **more) -> str:
    return (await ask(request(model, text, **more)))[1].whole("text")


# -- the same every time ---------------------------------------------------------------------------------------------


async def test_the_same_request_gives_the_same_reply_and_pieces():
    asked = request("sim/reasoner", "Plan a picnic.")
    assert await ask(asked) == await ask(asked)


async def test_repeats_differ():
    answers = {await text_of("sim/large", "Plan a picnic.", repeat=repeat) for repeat in range(6)}
    assert len(answers) > 1
    right = [
        passes("numeric", "391", await text_of("sim/small", "What is 17 * 23?", repeat=repeat)) for repeat in range(40)
    ]
    assert 5 < sum(right) < 35


async def test_the_same_model_says_the_same_at_both_hosts_at_another_pace():
    assert await text_of("sim/large", "Plan a picnic.") == (await text_of("simcloud/large", "Plan a picnic.")).replace(
        "simcloud/", "sim/"
    )
    assert CATALOGUE["sim"]["large"].tokens_per_s != CATALOGUE["simcloud"]["large"].tokens_per_s


# -- the truth -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
async def test_measured_accuracy_is_the_published_one(kind):
    prompts, repeats = (made(kind, 100), 3) if kind in {"translation", "knowledge"} else (made(kind, 300), 1)
    for model in ACCURACY:
        asked = [
            (prompt, request(f"sim/{model}", prompt.text, repeat=repeat))
            for prompt in prompts
            for repeat in range(repeats)
        ]
        provider = SimulatedProvider("sim")
        right = sum([is_right(prompt, (await ask(one, provider))[1].whole("text")) for prompt, one in asked])
        truth = ACCURACY[model][kind]
        # 3.5 standard deviations of a binomial: 1 in 2,000 by chance, and the seeds are fixed.
        tolerance = 3.5 * math.sqrt(truth * (1 - truth) / len(asked))
        assert abs(right / len(asked) - truth) <= tolerance, (model, right / len(asked), truth)


@pytest.mark.parametrize("kind", KINDS)
def test_made_up_prompts_are_recognised_and_solved_by_computing(kind):
    for prompt in made(kind, 150, seed=1):
        task = attempt(prompt.text)
        assert task is not None, prompt.text
        assert task.kind == kind, prompt.text
        assert is_right(prompt, task.answer), (prompt.text, task.answer, prompt.expected)


async def test_a_model_forced_to_be_right_always_is_and_one_forced_to_be_wrong_never():
    for forced in (1.0, 0.0):
        provider = SimulatedProvider("sim", accuracy={m: dict.fromkeys(KINDS, forced) for m in ACCURACY})
        for kind in KINDS:
            for place, prompt in enumerate(made(kind, 20, seed=2)):
                model = list(ACCURACY)[place % 4]
                _, sink = await ask(request(f"sim/{model}", prompt.text), provider)
                assert is_right(prompt, sink.whole("text")) is bool(forced), (prompt.text, sink.whole("text"))


@pytest.mark.parametrize("model", ACCURACY)
def test_no_wording_of_a_wrong_answer_contains_the_right_one(model):
    prompts = [f"What is the capital of {country}?" for country in CAPITALS]
    prompts += [f"What is the chemical symbol for {element}?" for element in SYMBOLS]
    prompts += [f'Translate "{row[0]}" into {language}.' for row in TABLE for language in LANGUAGES[1:]]
    prompts += [f'Translate the German word "{row[2]}" into English.' for row in TABLE]
    rng = random.Random(0)
    for prompt in prompts:
        task = attempt(prompt)
        assert task is not None, prompt
        for wrong in task.wrong:
            said = worded(model, task, wrong, prompt, rng)
            assert task.check == "exact" or not passes(task.check, task.answer, said), (prompt, said)


# -- tasks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "kind", "answer"),
    [
        ("What is 1,234 + 766?", "arithmetic", "2000"),
        ("What is seven plus a dozen?", "arithmetic", "19"),
        ("What is 2 to the power of 10?", "arithmetic", "1024"),
        ("What is the least common multiple of 4 and 6?", "arithmetic", "12"),
        ("A baker bakes 121 rolls and packs them into bags of 8. How many bags are needed?", "word-problem", "16"),
        ("A rectangle is 6 m long and 4 m wide. What is its perimeter?", "word-problem", "20"),
        (
            "Leo buys 4 pens at 2 dollars each and pays with 20 dollars. How much change does he get?",
            "word-problem",
            "12",
        ),
        ("List the numbers in: we had 3 cats, 12 dogs and 7 fish", "extraction", "3, 12, 7"),
        ("Find the first email: write to b@x.org or a@x.org", "extraction", "b@x.org"),
        (
            "Labels: billing, shipping, technical\nTicket: My parcel has no tracking and was not delivered",
            "classification",
            "shipping",
        ),
        ("Is this review positive or negative? 'Not good at all.'", "classification", "negative"),
        ("Which word comes first in the alphabet?\nA) pear\nB) fig\nC) plum", "multiple-choice", "B"),
        ("What is 100 °F in °C? Round to one decimal.", "conversion", "37.8"),
        ("Convert 14:30 to the 12-hour clock.", "conversion", "2:30 PM"),
        ("What number is the Roman numeral XLII?", "conversion", "42"),
        ("Sort the numbers 5, 3, 9, 1 in descending order.", "text", "9, 5, 3, 1"),
        ('What is the longest word in "we love strawberries"?', "text", "strawberries"),
        ('Make an acronym of "random access memory".', "text", "RAM"),
    ],
)
def test_a_task_is_solved(prompt, kind, answer):
    task = attempt(prompt)
    assert task is not None
    assert (task.kind, task.answer) == (kind, answer)


@pytest.mark.parametrize(
    "prompt",
    [
        "Name a prime number.",
        "How many people live in France?",
        "Can you sort out my feelings?",
        "Write an email to my boss about the meeting on 2026-03-01.",
        "Write a Rust function that reverses a string.",
        "What is 9 ** 9 ** 9 ** 9?",
        "What is 1 / 0?",
        "What does this Python expression evaluate to? `__import__('os').getcwd()`",
        "Classify this as positive or negative: 'It has four legs.'",
        "",
    ],
)
def test_what_is_not_understood_is_left_alone(prompt):
    assert attempt(prompt) is None


@given(st.text(max_size=200))
def test_no_text_makes_a_model_fail(text):
    attempt(text)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_code_a_model_writes_runs_right_and_its_slip_runs_wrong(function):
    task = attempt(f"Write a Python function `f(x)`: {function.name.replace('_', ' ')}.")
    assert task is not None
    assert task.kind == "coding"
    assert runs_right(function, "f", task.answer)
    assert task.wrong == (mistaken(function, "f"),)
    assert not runs_right(function, "f", task.wrong[0])


async def test_a_function_that_is_asked_for_comes_as_a_block_of_code_under_its_name():
    provider = SimulatedProvider("sim", accuracy={"large": dict.fromkeys(KINDS, 1.0)})
    _, sink = await ask(
        request("sim/large", "Write a Python function `tops(a)` that returns the largest number."), provider
    )
    code = sink.whole("text").split("```python\n")[1].split("```")[0]
    assert interpreter.call(code, "tops", [[3, 9, 4]]) == 9


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os')", "open('x')", "().__class__", "'a' * 10**9", "9**9**9", "[[0]*2000]*2000",
        "round(1, -10**9)",
        "[x for x in range(10**9)]", "lambda: 1", "eval('1')", "(" * 300, "f'{1:>99999999}'", "'%99999d' % 1", "1 if",
        "'a'.format(1)", "[].append.__self__", "sum([[1]], [])[5]", "x", "*a", "'\\x41'",
    ],
)  # fmt: skip
def test_the_interpreter_refuses_what_is_not_small_and_safe(source):
    with pytest.raises(NotUnderstoodError):
        interpreter.evaluate(source)


@pytest.mark.parametrize(
    "source",
    ["while True:\n    pass", "def f(n):\n    return f(n)\nf(1)", "a = []\na.append(a)\nprint(a)", "import os", "break",
     "x = 'a'\nfor i in range(99):\n    x = x + x", "a = {}\na[0] = a"],
)  # fmt: skip
def test_the_interpreter_ends_programs_that_would_not_end(source):
    with pytest.raises(NotUnderstoodError):
        interpreter.printed(source)


expressions = st.recursive(
    st.integers(-20, 20).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%", "<", "==", "and", "or"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"len([{', '.join(items)}])"),
        inner.map(lambda one: f"abs({one})"),
    ),
    max_leaves=8,
)


@given(expressions)
def test_the_interpreter_agrees_with_python(source):
    try:
        expected = eval(source)
    except ZeroDivisionError:
        with pytest.raises(NotUnderstoodError):
            interpreter.evaluate(source)
    else:
        assert interpreter.evaluate(source) == expected


# -- honesty ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["sim/small", "sim/medium", "sim/large", "sim/reasoner", "simcloud/large"])
@pytest.mark.parametrize(
    "prompt", ["Write a poem about rain.", "Explain gravity.", "Write a Go function that parses a URL."]
)
async def test_an_unknown_prompt_gets_an_honest_answer_that_says_it_is_simulated(model, prompt):
    said = await text_of(model, prompt)
    assert "simulat" in said
    assert not re.search(r"\bsim(cloud)?\b", said), "which model it is would tell in a blind run"


async def test_models_differ_in_length_and_layout():
    lengths = {
        model: len(await text_of(f"sim/{model}", "Write a script that renames files."))
        for model in ("small", "medium", "large")
    }
    assert lengths["small"] < lengths["medium"] < lengths["large"]
    assert "```python" in await text_of("sim/large", "Write a script that renames files.")


async def test_a_follow_up_refers_to_the_earlier_answer():
    turns = (
        Message("user", "Tell me a joke."),
        Message("assistant", "A short one."),
        Message("user", "Another, please."),
    )
    _, sink = await ask(Request(ModelId.parse("sim/medium"), turns))
    assert "A short one." in sink.whole("text")


async def test_only_the_answer_comes_when_only_the_answer_is_wanted():
    assert await text_of("sim/reasoner", "What is 17 * 23? Reply with only the number.") == "391"
    assert await text_of("sim/reasoner", "What is 17 * 23?", system="Answer with only a number.") == "391"


# -- the contract ----------------------------------------------------------------------------------------------------


async def test_a_stream_starts_then_reasons_then_answers_in_many_pieces():
    reply, sink = await ask(request("sim/reasoner", "Plan a picnic."))
    kinds = [kind for kind, _ in sink.events]
    assert kinds == sorted(kinds, key=["started", "reasoning", "text"].index)
    assert kinds.count("started") == 1
    assert kinds.count("reasoning") > 10
    assert kinds.count("text") > 10
    assert reply.finish == "stop"


async def test_usage_counts_four_characters_a_token():
    reply, sink = await ask(request("sim/reasoner", "Plan a picnic.", system="Be brief."))
    thought, said = tokens_in(sink.whole("reasoning")), tokens_in(sink.whole("text"))
    assert reply.usage.input_tokens == 4 + 3 + 2 * 4  # the prompt, the system prompt, and the framing of both
    assert reply.usage.reasoning_tokens == thought > 0
    assert reply.usage.output_tokens == thought + said
    plain, _ = await ask(request("sim/small", "Plan a picnic."))
    assert plain.usage.reasoning_tokens == 0


@pytest.mark.parametrize(("limit", "finish"), [(1, "length"), (7, "length"), (100_000, "stop")])
@pytest.mark.parametrize("model", ["sim/large", "sim/reasoner"])
async def test_max_tokens_cuts_the_answer_reasoning_included(model, limit, finish):
    _, full = await ask(request(model, "Plan a picnic."))
    reply, sink = await ask(request(model, "Plan a picnic.", max_tokens=limit))
    assert reply.finish == reply.raw_finish == finish
    assert reply.usage.output_tokens is not None
    assert reply.usage.output_tokens <= limit
    assert full.whole("reasoning").startswith(sink.whole("reasoning"))
    assert full.whole("text").startswith(sink.whole("text"))
    assert bool(sink.whole("text")) is (model == "sim/large" or finish == "stop")


async def test_effort_decides_how_long_the_reasoner_reasons():
    lengths = [
        (await ask(request("sim/reasoner", "What is 17 * 23?", effort=effort)))[0].usage.reasoning_tokens
        for effort in ("low", "medium", "high")
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[2]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (request("sim/reasoner", "x", temperature=0.5), "sim/reasoner takes no temperature"),
        (request("sim/small", "x", temperature=3.0), "from 0 to 2"),
        (request("sim/small", "x", effort="low"), "takes no effort"),
        (request("sim/reasoner", "x", effort="hihg"), "'hihg'. Did you mean 'high'"),
        (request("sim/small", "x", max_tokens=0), "at least 1"),
        (request("sim/small", "x", images=[PNG]), "takes no images"),
        (request("sim/small", "x", schema='{"type": "strin"}'), "not a JSON schema"),
        (
            request("sim/small", "x", schema='{"type": "string", "pattern": "^[0-9]{9}$"}'),
            "more than a simulated model",
        ),
    ],
)
async def test_an_option_a_model_does_not_take_is_an_error(asked, message):
    provider = SimulatedProvider("sim")
    with pytest.raises(CallError, match=message) as caught:
        provider.check(asked)
    assert caught.value.kind == "option"
    with pytest.raises(CallError, match=message):
        await ask(asked, provider)


async def test_an_image_is_taken_and_said_not_to_be_seen():
    reply, sink = await ask(request("sim/large", "What is 2 + 2?", images=[PNG]))
    assert "cannot see" in sink.whole("text")
    assert reply.usage.input_tokens is not None
    assert reply.usage.input_tokens > 250


async def test_an_unknown_model_is_named_with_the_nearest():
    with pytest.raises(CallError, match=r"no simulated model sim/smal\. Did you mean 'sim/small'\?") as caught:
        await ask(request("sim/smal", "x"))
    assert caught.value.kind == "not_found"


async def test_a_prompt_that_does_not_fit_is_refused():
    with pytest.raises(CallError, match="takes 16,000 tokens") as caught:
        await ask(request("sim/small", "word " * 20_000))
    assert caught.value.kind == "context"


async def test_the_listing_leaves_out_models_that_fail_on_purpose():
    assert await SimulatedProvider("sim").models() == ("small", "medium", "large", "reasoner")
    assert await SimulatedProvider("simcloud").models() == recommended("simcloud") == ("medium", "large")


def test_no_credentials_are_needed_and_the_body_has_only_what_was_given():
    provider = SimulatedProvider("sim")
    assert provider.credentials().found
    assert provider.body(request("sim/small", "Hi", max_tokens=5)) == {
        "model": "small",
        "messages": [{"role": "user", "text": "Hi"}],
        "max_tokens": 5,
    }


def test_vendors_are_pretended_and_named_so():
    vendors = {
        str(ModelId(host, model)): ModelId(host, model).vendor for host in CATALOGUE for model in CATALOGUE[host]
    }
    assert vendors["sim/small"] == "birch-sim"
    assert vendors["sim/large"] == vendors["simcloud/large"] == "cedar-sim"
    assert all(vendor.endswith("-sim") for vendor in vendors.values())
    assert ModelId("sim", "other").vendor == "unknown"


# -- JSON ------------------------------------------------------------------------------------------------------------

SCHEMAS = [
    {
        "type": "object",
        "properties": {"answer": {"type": "integer"}, "note": {"type": "string"}},
        "required": ["answer"],
    },
    {"type": "array", "items": {"type": "string"}, "minItems": 2},
    {"enum": ["red", "green"]},
    {"type": ["null", "number"], "minimum": 5, "maximum": 9},
    {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    {
        "$ref": "#/$defs/point",
        "$defs": {"point": {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x", "y"]}},
    },
    {
        "allOf": [{"type": "object", "properties": {"a": {"const": 3}}}, {"required": ["a"]}],
        "additionalProperties": True,
    },
    {"type": "string", "format": "date"},
    {"type": "string", "minLength": 30, "maxLength": 40},
    {"type": "integer", "minimum": 7, "multipleOf": 5, "maximum": 12},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=json.dumps)
async def test_json_follows_the_schema(schema):
    for repeat in range(3):
        said = await text_of("sim/medium", "Tell me something.", schema=json.dumps(schema), repeat=repeat)
        jsonschema.validate(json.loads(said), schema)


async def test_the_answer_is_put_into_the_json():
    number = await text_of("sim/reasoner", "What is 17 * 23?", schema=json.dumps(SCHEMAS[0]))
    assert json.loads(number)["answer"] == 391
    names = {"type": "object", "properties": {"names": {"type": "array", "items": {"type": "string"}}}}
    said = await text_of("sim/large", 'Extract all names: "Ann Lee met Bob Day."', schema=json.dumps(names))
    assert json.loads(said) == {"names": ["Ann Lee", "Bob Day"]}


# -- failing on purpose ----------------------------------------------------------------------------------------------


async def test_the_flaky_model_fails_every_question_once():
    provider = SimulatedProvider("sim")
    for asked in (request("sim/flaky", "Hello?"), request("sim/flaky", "Hello?", repeat=1)):
        with pytest.raises(CallError) as caught:
            await ask(asked, provider)
        assert (caught.value.kind, caught.value.status, caught.value.retryable) == ("rate_limit", 429, True)
        assert caught.value.retry_after_s == 0
        assert (await ask(asked, provider))[1].whole("text")
    with pytest.raises(CallError):
        await ask(request("sim/flaky", "Hello?"), provider)


@pytest.mark.parametrize(("model", "kind"), [("broken", "server"), ("refuser", "filter"), ("cutoff", "truncated")])
async def test_the_other_failing_models_always_fail(model, kind):
    for _ in range(2):
        sink = Collected()
        with pytest.raises(CallError) as caught:
            await SimulatedProvider("sim").ask(request(f"sim/{model}", "Plan a picnic."), sink)
        assert caught.value.kind == kind
        assert bool(sink.whole("text")) is (model == "cutoff")


# -- pace ------------------------------------------------------------------------------------------------------------


def test_the_schedule_has_the_model_s_own_pace():
    for host, models in CATALOGUE.items():
        for name, spec in models.items():
            text = "word " * 400
            pieces: list[Piece] = list(schedule(spec, "", text, random.Random(f"{host}{name}")))
            assert "".join(piece.text for piece in pieces) == text
            assert [p.due_s for p in pieces] == sorted(p.due_s for p in pieces)
            rate = tokens_in(text) / (pieces[-1].due_s - pieces[0].due_s)
            assert 0.75 < rate / spec.tokens_per_s < 1.3
            assert 0.7 < pieces[0].due_s / spec.first_token_s < 3.1


@pytest.mark.parametrize("factor", [1, 20])
def test_pieces_come_when_they_are_due(factor):
    set_speed(factor)
    asked = request("sim/reasoner", "Plan a picnic.")

    async def watched():
        loop = asyncio.get_running_loop()
        times: list[float] = []
        sink = Collected(on_event=lambda: times.append(loop.time() * factor))
        reply = await SimulatedProvider("sim").ask(asked, sink)
        return reply, times

    reply, (started, *times) = virtual_time.run(watched())
    spec = CATALOGUE["sim"]["reasoner"]
    assert 0.5 * spec.first_token_s < started < times[0] < 3.1 * spec.first_token_s
    assert times == sorted(times)
    rate = reply.usage.output_tokens / (times[-1] - times[0])
    assert 0.75 < rate / spec.tokens_per_s < 1.3


def test_failures_come_as_late_as_first_tokens_and_say_how_long_to_wait():
    set_speed(10)

    async def failed():
        with pytest.raises(CallError) as caught:
            await ask(request("sim/flaky", "Hello?"))
        return caught.value.retry_after_s, asyncio.get_running_loop().time()

    retry_after_s, time = virtual_time.run(failed())
    assert retry_after_s == pytest.approx(0.05)
    assert time > 0.5 * CATALOGUE["sim"]["flaky"].first_token_s / 10


async def test_an_answer_without_waiting_can_be_cancelled_in_the_middle():
    begun = asyncio.Event()
    sink = Collected(on_event=begun.set)
    task = asyncio.ensure_future(SimulatedProvider("sim").ask(request("sim/large", "Plan a picnic."), sink))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_the_speed_comes_from_the_environment_unless_it_is_set(monkeypatch):
    set_speed(None)
    monkeypatch.delenv(VARIABLE, raising=False)
    assert speed() == 1
    for given_, expected in (("4", 4), ("0", math.inf), ("inf", math.inf), ("", 1)):
        monkeypatch.setenv(VARIABLE, given_)
        assert speed() == expected
    set_speed(2)
    assert speed() == 2


@pytest.mark.parametrize("bad", ["fast", "-1", "nan"])
async def test_a_speed_that_is_none_is_refused(monkeypatch, bad):
    set_speed(None)
    monkeypatch.setenv(VARIABLE, bad)
    with pytest.raises(OptionError, match=VARIABLE):
        speed()
    with pytest.raises(CallError, match=VARIABLE) as caught:
        await ask(request("sim/small", "x"))
    assert caught.value.kind == "option"
