"""Classification: the label, of those the prompt names, that a text's own words speak for."""

from __future__ import annotations

import re

from routebook.providers.simulated.tasks.task import Given, Task, given, task


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Stems: a word of the text counts for a label when it begins with one of them.
_STEMS: dict[str, frozenset[str]] = {
    "positive": _words(
        "love great excellent wonderful amazing delight happy pleased perfect superb fantastic enjoy best friendly "
        "recommend brilliant good charming beautiful helpful fast delicious smooth impress thank comfortable reliable"
    ),
    "negative": _words(
        "hate terrible awful bad worst disappoint broke broken poor rude slow horrible useless angry refund never "
        "waste boring dirty late cold fail annoy crash unhelpful sad noisy overpriced faulty"
    ),
    "sports": _words(
        "match team goal score player coach league tournament olympic season striker tennis football final"
    ),
    "politics": _words(
        "election parliament senate minister president vote voters law government policy campaign treaty"
    ),
    "business": _words("profit revenue shares market merger company investor quarter sales bank startup stock economy"),
    "technology": _words("software chip computer app phone processor robot code cloud internet device browser battery"),
    "science": _words(
        "researcher planet telescope molecule experiment physic species fossil galaxy laborator theory particle"
    ),
    "health": _words("patient doctor vaccine disease hospital symptom diet nurse virus therapy sleep medicine"),
    "food": _words("recipe restaurant chef dish cook flavor flavour bake soup pasta cheese meal kitchen"),
    "travel": _words("flight hotel airport beach tourist luggage trip itinerary passport island cruise"),
    "music": _words("album guitar concert singer band melody orchestra song piano tour"),
    "weather": _words("rain storm sunny forecast temperature wind cloudy snow humid thunder"),
    "billing": _words("invoice charge charged bill billing payment card subscription refund price paid"),
    "shipping": _words("package parcel delivery deliver shipment tracking courier arrive shipped address"),
    "technical": _words("error crash bug install login password update server screen reset freeze loads connect"),
    "account": _words("account profile username password login email sign delete"),
    "cancellation": _words("cancel cancellation terminate unsubscribe end stop"),
    "spam": _words("winner prize free click cash lottery urgent!!! viagra bonus congratulations claim guaranteed"),
    "urgent": _words("immediately asap urgent emergency now outage down critical deadline minutes"),
    "english": _words("the and is of with are this that was were"),
    "french": _words("le la les est une des dans avec nous vous pas très"),
    "german": _words("der die das und ist nicht ein eine mit wir sind auf"),
    "spanish": _words("el los las es una con para muy nosotros está que y"),
    "italian": _words("il gli è una con per che di sono molto non della"),
    "question": _words("who what when where why how which"),
}
_EXACT = {"english", "french", "german", "spanish", "italian"}  # whole words, not stems
_SAME = {
    "sport": "sports", "tech": "technology", "tech support": "technical", "technical support": "technical",
    "finance": "business", "economy": "business", "medicine": "health", "delivery": "shipping", "payment": "billing",
    "praise": "positive", "complaint": "negative", "happy": "positive", "unhappy": "negative", "good": "positive",
    "bad": "negative", "technical issue": "technical", "technical problem": "technical",
    "cancelation": "cancellation", "cooking": "food",
}  # fmt: skip
_NEITHER = {"neutral", "other", "none", "not spam", "ham", "not urgent", "normal", "neither", "general"}
_NEGATION = {"not", "never", "no", "hardly", "isn't", "wasn't", "don't", "didn't"}
_THESE = r"(?:(?:the|these)(?: following)? ?\w*)?:?\s*"
_NOUN = r"(?:(?:the|this)(?: following)? \w+(?: (?:of|in) (?:the|this)(?: following)? \w+)?|it)"
_SORTS = "classify|label|categori[sz]e|tag|sort|rate"
_NAMED = "labels?|classes|categories|options|choices|choose from|choose (?:one|between)|one of|pick one"
_LABELS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:{_SORTS})\b.*?\b(?:as|into|with)\b (?:either |exactly |one of )*{_THESE}(.+)",
        rf"\b(?:{_NAMED})\b(?: are)?[:( ]+{_THESE}(.+)",
        rf"\bis {_NOUN} ((?:\w+(?: \w+)?, )*\w+(?: \w+)?,? or (?:not )?\w+)",
        r"\b(?:which|what) (?:label|category|topic|language|sentiment|department)\b.*?[:(] ?(.+)",
        r"\(([^()]+[,/|][^()]+)\)",
    )
)
_SEPARATOR = re.compile(r"\s*(?:,\s*or\b|,\s*and\b|\bor\b|,|/|\||\band\b)\s*")


def solve(text: str) -> Task | None:
    """Classify the given text by the named labels, or return `None`."""
    part = given(text) if len(text) <= 20_000 else None
    if part is None:
        return None
    for candidate in (part, _labels_before_colon(text, part)):
        labels = _labels(candidate.instruction)
        scores = {label: _score(label, candidate.passage) for label in labels}
        if len(labels) > 1 and (best := _best(scores)):
            others = [label for label in labels if label != best]
            return task("classification", best, "exact", others, "weigh the words that speak for each label")
    return None


def _labels_before_colon(text: str, part: Given) -> Given:
    """Take "Labels: a, b.\\nText: ..." apart by its last line or label instead of its first colon."""
    match = re.search(
        r"^(.*?)(?:\btext|\breview|\bmessage|\bsentence|\bheadline|\bticket|\bcomment|\bemail)\s*:\s*(.+)$",
        text,
        re.I | re.S,
    )
    if match:
        return Given(match[1], match[2].strip().strip("\"'"))
    head, _, last = text.strip().rpartition("\n")
    return Given(head, last) if head else part


def _labels(instruction: str) -> list[str]:
    for pattern in _LABELS:
        for match in pattern.finditer(instruction):
            for listed in re.split(r"[.:;?!\n]", match[1].strip(" :(\"'")):
                names = [_clean(name) for name in _SEPARATOR.split(listed)]
                labels = [name for name in dict.fromkeys(names) if name]
                if len(labels) > 1 and all(len(label.split()) <= 3 for label in labels):
                    return labels
    return []


def _clean(name: str) -> str:
    name = re.sub(r"^(?:a|an|the|either|as)\s+", "", name.strip(" \"'`()[]*-"), flags=re.IGNORECASE)
    return name.strip()


def _score(label: str, passage: str) -> float:
    name = label.lower()
    name = _SAME.get(name, name)
    if name in _NEITHER:
        return 0.5
    stems = _STEMS.get(name)
    if stems is None:
        stems = frozenset({name.removesuffix("s")} if len(name) > 3 else ())
    words = re.findall(r"[\w']+|!{2,}", passage.lower())
    hits = 0.0
    for at, word in enumerate(words):
        fits = word in stems if name in _EXACT else any(word.startswith(stem) for stem in stems)
        if fits:
            negated = name in {"positive", "negative"} and _NEGATION & set(words[max(0, at - 2) : at])
            hits += -1 if negated else 1
        elif name in {"positive", "negative"} and _NEGATION & set(words[max(0, at - 2) : at]):
            opposite = _STEMS["negative" if name == "positive" else "positive"]
            hits += any(word.startswith(stem) for stem in opposite)
    return hits + (name == "question" and "?" in passage)


def _best(scores: dict[str, float]) -> str | None:
    """Return the label that alone has the highest score above nothing."""
    best = max(scores, key=lambda label: scores[label], default=None)
    if best is None or scores[best] <= 0 or sum(score == scores[best] for score in scores.values()) > 1:
        return None
    return best
