"""The files of other tools that a policy can be exported to: one module a tool, loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from routebook.errors import TargetError, did_you_mean
from routebook.files import write_atomically
from routebook.targets.contract import Compiled, ExportReport, Loss, Target
from routebook.targets.replaying import Replay, ReplayedPrompt

if TYPE_CHECKING:
    from routebook.routing.policy import Policy
    from routebook.targets.replaying import Prompts

__all__ = ["TARGETS", "Compiled", "ExportReport", "Loss", "Replay", "ReplayedPrompt", "Target", "export", "target"]

TARGETS: Mapping[str, str] = {
    "litellm": "routebook.targets.litellm",
    "portkey": "routebook.targets.portkey",
    "openrouter": "routebook.targets.openrouter",
    "plano": "routebook.targets.plano",
    "envoy-ai-gateway": "routebook.targets.envoy_ai_gateway",
    "bedrock-prompt-router": "routebook.targets.bedrock_prompt_router",
    "tensorzero": "routebook.targets.tensorzero",
    "vllm-semantic-router": "routebook.targets.vllm_semantic_router",
    "promptfoo": "routebook.targets.promptfoo",
    "json": "routebook.targets.json",
    "yaml": "routebook.targets.yaml",
    "python": "routebook.targets.python",
    "typescript": "routebook.targets.typescript",
}


def target(name: str) -> Target:
    """Return a target by its name.

    Raises
    ------
    TargetError
        If there is none of that name, with the nearest.
    """
    if name not in TARGETS:
        hint = did_you_mean(name, TARGETS) or f" There are: {', '.join(TARGETS)}."
        raise TargetError(f"{name[:40]!r} is not a tool routebook exports to.{hint}")
    return cast("Target", import_module(TARGETS[name]))


def export(
    policy: Policy,
    to: str,
    path: str | Path | None = None,
    *,
    allow_lossy: bool = False,
    prompts: Prompts | None = None,
) -> ExportReport:
    """Write the file another tool reads, whole or not at all.

    Parameters
    ----------
    policy
        What to export.
    to
        Which tool: a name in `TARGETS`.
    path
        The file to write, by default the target's own name, such as ``config.yaml``; a file that is there is replaced.
    allow_lossy
        Whether to write it even if the tool cannot express all of it. The losses are in the file's header and in the
        report.
    prompts
        Texts or prompts to send through the policy and through the tool's own code, where it is installed: the report
        says how many go the same way. Nobody is asked, and nothing is paid.

    Raises
    ------
    TargetError
        If the tool cannot express the policy, or the file cannot be written.
    """
    tool = target(to)
    compiled = tool.compile(policy)
    if compiled.losses and not allow_lossy:
        lost = " ".join(f"({number}) {loss}" for number, loss in enumerate(compiled.losses, 1))
        raise TargetError(f"{tool.TITLE} cannot express this policy: {lost} To write it anyway: allow_lossy=True.")
    path = tool.FILENAME if path is None else path
    try:
        written = write_atomically(path, compiled.text)
    except OSError as error:
        raise TargetError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error
    return ExportReport(
        target=to,
        title=tool.TITLE,
        path=written,
        entries=compiled.entries,
        fallbacks=compiled.fallbacks,
        variables=compiled.variables,
        losses=compiled.losses,
        start=tool.start(written),
        replay=None if prompts is None else tool.replay(policy, prompts),
    )
