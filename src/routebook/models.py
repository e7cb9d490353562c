"""Who is asked: `host/model`, with host, model and vendor kept apart.

The *host* is who serves the model and sends the bill (`openai`, `azure`, `anthropic`, `bedrock`, `sim`, or any
server the user registered); the *vendor* is who made it. Claude on Bedrock has the host `bedrock` and the vendor
`anthropic`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from routebook.errors import ModelError

_HOST = re.compile(r"[a-z0-9][a-z0-9._-]*\Z")
_BEDROCK_PROFILE = re.compile(r"(?:(?:us|eu|apac|jp|au|in|ca|sa|us-gov|global)\.)?(?P<vendor>[a-z0-9]+)\.")
_FAMILY_OF_VENDOR = (
    ("openai", ("gpt-", "o1", "o3", "o4", "chatgpt-", "codex")),
    ("anthropic", ("claude",)),
    ("google", ("gemini", "gemma")),
    ("amazon", ("nova-", "titan")),
    ("meta", ("llama", "meta-llama")),
    ("mistral", ("mistral", "mixtral", "codestral", "ministral", "magistral", "devstral", "pixtral")),
    ("alibaba", ("qwen", "qwq")),
    ("deepseek", ("deepseek",)),
    ("microsoft", ("phi-", "phi3", "phi4")),
    ("cohere", ("command", "c4ai")),
    ("xai", ("grok",)),
)
_VENDOR_ALIASES = {
    "meta-llama": "meta", "mistralai": "mistral", "qwen": "alibaba", "x-ai": "xai", "deepseek-ai": "deepseek",
    "cohereforai": "cohere", "amazon": "amazon", "us": "unknown",
}  # fmt: skip
SIMULATED_HOSTS = ("sim", "simcloud")
"""Whose models are pretended, and all that is measured of them."""
UNKNOWN_HOST = "unknown"
"""The host of a model of which only the name is known; nobody can be asked there."""
_SIMULATED_VENDORS = {
    "small": "birch-sim", "medium": "birch-sim", "large": "cedar-sim", "reasoner": "cedar-sim",
    "flaky": "thorn-sim", "broken": "thorn-sim", "refuser": "thorn-sim", "cutoff": "thorn-sim",
    "first-judge": "thorn-sim", "null-judge": "thorn-sim",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class ModelId:
    """A model as one host serves it.

    Attributes
    ----------
    host
        Who serves it and sends the bill, such as ``bedrock``.
    model
        The id that host knows it by, such as ``us.amazon.nova-2-lite-v1:0``; it may contain slashes.

    Examples
    --------
    >>> ModelId.parse("bedrock/us.anthropic.claude-haiku-5-5-v1:0").vendor
    'anthropic'
    >>> str(ModelId.parse("openrouter/meta-llama/llama-4"))
    'openrouter/meta-llama/llama-4'
    """

    host: str
    model: str

    @classmethod
    def parse(cls, text: str) -> ModelId:
        """Read ``host/model``.

        Raises
        ------
        ModelError
            If there is no slash, or the host is not a plain lower-case name.
        """
        host, slash, model = text.strip().partition("/")
        if not slash or not model or not _HOST.match(host) or any(c.isspace() or not c.isprintable() for c in model):
            raise ModelError(
                f"{text!r} is not a model id: write host/model, such as openai/gpt-6.1-terra or sim/small. "
                "%models lists what can be asked."
            )
        return cls(host, model)

    @property
    def vendor(self) -> str:
        """Who made the model, as far as its id tells; ``unknown`` where it does not."""
        return vendor_of(self.host, self.model)

    @property
    def short(self) -> str:
        """The model without its host, for a column's title."""
        return self.model

    def __str__(self) -> str:
        return f"{self.host}/{self.model}"


def vendor_of(host: str, model: str) -> str:
    """Tell who made a model from its id.

    >>> vendor_of("azure", "gpt-6.1-terra"), vendor_of("ollama", "qwen3:8b"), vendor_of("vllm", "my-finetune")
    ('openai', 'alibaba', 'unknown')
    """
    name = model.lower()
    if host in SIMULATED_HOSTS:
        return _SIMULATED_VENDORS.get(model, "unknown")
    if host == "anthropic" or host == "openai":
        return host
    if host == "bedrock":
        name = name.rpartition("/")[2]  # an ARN ends with the model
        if match := _BEDROCK_PROFILE.match(name):
            vendor = match["vendor"]
            return _VENDOR_ALIASES.get(vendor, vendor)
    if name.startswith("route/"):  # a gateway's name for a policy's route
        return "unknown"
    if "/" in name:
        path, _, name = name.rpartition("/")
        maker = path.rpartition("/")[2]
        if maker not in ("", "models"):  # Google and Fireworks write a path that ends in models/NAME
            return _VENDOR_ALIASES.get(maker, maker) if name else "unknown"
    for vendor, families in _FAMILY_OF_VENDOR:
        if name.startswith(families):
            return vendor
    return "unknown"
