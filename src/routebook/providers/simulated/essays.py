"""What a simulated model says to a prompt it cannot solve: that it is simulated, and what a real model would do.

Length and layout differ from model to model, so that a comparison still shows how real answers would lie side by side.
"""

from __future__ import annotations

import random
import re

from routebook.providers.contract import Request
from routebook.providers.simulated.accuracy import KINDS

_PLANS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"\b(?:code|function|script|program|class|implement|refactor|debug|sql|regex)\b", "code",
     ("settle the inputs, the outputs and the edge cases", "write the smallest version that works",
      "add a test for each edge case", "name what it does not handle")),
    (r"\b(?:poem|story|haiku|song|joke|limerick|essay|slogan|tagline)\b", "a piece of writing",
     ("choose a voice and a single image to carry it", "write a first draft without stopping",
      "cut what repeats", "read it aloud and mend the rhythm")),
    (r"\b(?:summar\w+|shorten|tl;?dr|condense)\b", "a summary",
     ("find the claim that everything else supports", "keep the figures and the names",
      "leave out the examples", "say it in a third of the length")),
    (r"\b(?:explain|why|how does|how do|what is|describe|teach)\b", "an explanation",
     ("start from what the reader knows already", "give one picture or example", "name the rule behind it",
      "say where the rule ends")),
    (r"\b(?:plan|steps|schedule|organi[sz]e|strategy|roadmap)\b", "a plan",
     ("write down the goal and how one sees it is reached", "list what is fixed and what can move",
      "put the riskiest step first", "say who does what by when")),
    (r"\b(?:compare|difference|versus|vs|pros|better)\b", "a comparison",
     ("say what matters to the reader", "judge both by the same points", "name where they really differ",
      "end with a choice and its reason")),
    (r"\b(?:email|letter|reply|message|draft|announcement)\b", "a message",
     ("say the purpose in the first sentence", "give only what the reader needs to act", "end with one clear request",
      "check the tone")),
    (r"", "an answer",
     ("make sure what is asked", "gather what is known", "answer in the first sentence", "say how sure it is")),
)  # fmt: skip
_OPENINGS = (
    "I am a simulated model",
    "This is a simulated answer",
    "No language model read this: I am a simulation",
)
_LANGUAGES = {
    "python": ("python", "def solve(data):\n    ..."),
    "javascript": ("javascript", "function solve(data) {\n  // ...\n}"),
    "typescript": ("typescript", "function solve(data: Input): Output {\n  // ...\n}"),
    "rust": ("rust", "fn solve(data: &Input) -> Output {\n    todo!()\n}"),
    "go": ("go", "func Solve(data Input) Output {\n\t// ...\n}"),
    "java": ("java", "static Output solve(Input data) {\n    // ...\n}"),
    "sql": ("sql", "SELECT ...\nFROM ...\nWHERE ...;"),
}


def essay(request: Request, rng: random.Random) -> str:
    """Answer a prompt that no family of tasks understands, honestly and in the model's manner.

    It does not say which model it is: in a blind run that is for the reader to find out.
    """
    prompt = request.messages[-1].text
    name, steps = next((name, steps) for pattern, name, steps in _PLANS if re.search(pattern, prompt, re.IGNORECASE))
    model = request.model.model
    opening = rng.choice(_OPENINGS)
    quote = f"> {_excerpt(prompt)}" if prompt.strip() else "> *(no text)*"
    about = _attached(request) + _earlier(request)
    if model == "small":
        then = steps[rng.randint(1, 2)]
        return f"{opening}. A real model would give you {name} here: it would {steps[0]}, then {then}.{about}"
    if model == "large":
        words = [step.partition(" ") for step in steps]
        listed = "\n".join(f"{place}. **{w.capitalize()}** {rest}" for place, (w, _, rest) in enumerate(words, 1))
        can = ", ".join(rng.sample(KINDS, 4))
        return (
            f"## What would come here: {name}\n\n{quote}\n\n{opening}, so there is no real answer to this prompt. "
            f"A real model would:\n\n{listed}\n{_sketch(prompt)}\n"
            f"| About this prompt | |\n|---|---|\n| Kind | {name} |\n| Words | {len(prompt.split())} |\n\n"
            f"I do solve simple tasks of some kinds for real, among them {can}.{about}"
        )
    chosen = rng.sample(steps, 3)
    if model == "reasoner":
        listed = "\n".join(f"{place}. {step}" for place, step in enumerate(chosen, 1))
        return f"**In short:** {opening}, so there is no real answer.\n\nFor {name} I would:\n\n{listed}{about}"
    listed = "\n".join(f"- {step}" for step in chosen)
    return f"### A simulated reply\n\n{opening}. For {name} a real model would\n\n{listed}\n{_sketch(prompt)}{about}"


def _excerpt(prompt: str) -> str:
    line = " ".join(prompt.split())
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", line[:100]) + ("…" if len(line) > 100 else "")


def _sketch(prompt: str) -> str:
    if not re.search(_PLANS[0][0], prompt, re.IGNORECASE):
        return ""
    words = re.findall(r"[a-z]+", prompt.lower())
    language, code = next((_LANGUAGES[word] for word in words if word in _LANGUAGES), _LANGUAGES["python"])
    return f"\n```{language}\n{code}\n```\n"


def _attached(request: Request) -> str:
    images = [image for message in request.messages for image in message.attachments]
    described = ", ".join(f"{image.media_type}, {len(image.data):,} bytes" for image in images)
    return f"\n\nI was given {len(images)} image(s) ({described}); a simulated model cannot see." if images else ""


def _earlier(request: Request) -> str:
    answers = [message.text for message in request.messages if message.role == "assistant"]
    if not answers:
        return ""
    return f"\n\nThis is turn {len(answers) + 1} of our conversation; before, I said: *{_excerpt(answers[-1])}*"
