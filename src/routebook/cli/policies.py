"""The commands about policies, which ask no model: ``decide``, ``check``, ``diff``, ``export`` and ``targets``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.cli.words import NOTHING_DONE, SOME_FAILED, helped, prompt_of, refuse, say
from routebook.errors import OptionError, PromptError, RoutebookError
from routebook.options import ROUTE_OPTIONS, Option, OptionParser, build_parser

if TYPE_CHECKING:
    from routebook.routing.conditions import Asked
    from routebook.routing.policy import Policy

_PROMPT = "PROMPT is the text itself, @PATH for a file's text, or - for standard input."
_PROMPTS = "PROMPTS is a file of JSON lines: texts, or objects with prompt, and perhaps tags and metadata."
_ABOUT_A_PROMPT = tuple(option for option in ROUTE_OPTIONS if option.argument in ("tag", "metadata"))
_MOST_SHOWN = 10


def _policy(path: str) -> Policy:
    from routebook.sending.sending import read_policy

    return read_policy(path)


def _prompts(path: str) -> list[Asked]:
    """Read a file of JSON lines.

    Raises
    ------
    PromptError
        If it cannot be read, with the line.
    """
    from routebook.routing.conditions import Asked

    try:
        lines = Path(path).expanduser().read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise PromptError(f"Cannot read the prompts from {path!r}: {reason}.") from error
    read = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise PromptError(f"{Path(path).name}, line {number}: this is not JSON.") from error
        said = given if isinstance(given, dict) else {"prompt": given}
        text, tags, metadata = said.get("prompt"), said.get("tags", []), said.get("metadata", {})
        tags = [tags] if isinstance(tags, str) else tags
        if (
            not isinstance(text, str)
            or not (isinstance(tags, list) and all(isinstance(tag, str) for tag in tags))
            or not isinstance(metadata, dict)
        ):
            raise PromptError(
                f"{Path(path).name}, line {number}: write a text, or an object such as "
                '{"prompt": "Hello.", "tags": ["talk"]}.'
            )
        read.append(Asked(text, frozenset(tags), metadata))
    return read


def _parser(command: str, positionals: str, *options: Option) -> OptionParser:
    return build_parser(f"routebook {command}", positionals=positionals, takes="words", options=options)


def _taken(words: list[str], many: int, command: str, example: str) -> list[str]:
    if len(words) < many:
        raise OptionError(f"Write {example}")
    refuse(words[many:], f"routebook {command}")
    return words


# ---- one policy -----------------------------------------------------------------------------------------------------


def decide(words: list[str]) -> int:
    """Say where a prompt would go by a policy."""
    parser = _parser(
        "decide", 'POLICY "PROMPT"', *_ABOUT_A_PROMPT, Option("json", "--json", None, "say it as one JSON object")
    )
    if helped(parser, words, _PROMPT):
        return 0
    given = vars(parser.parse_args(words))
    path, prompt = _taken(
        given["words"], 2, "decide", 'by which policy, and what: routebook decide routes.yaml "PROMPT"'
    )
    decision = _policy(path).decide(prompt_of(prompt), given.get("tag"), dict(given.get("metadata", ())))
    if given.get("json"):
        said = {"tag": decision.tag, "rule": decision.rule, "models": list(decision.models), "why": decision.why}
        print(json.dumps(said, ensure_ascii=False))
    else:
        print(f"{decision.tag}: {', else '.join(decision.models)}\n{decision.why}")
    return 0


def check(words: list[str]) -> int:
    """Say what is wrong with policies."""
    parser = _parser(
        "check", "POLICY ...", Option("strict", "--strict", None, "let notices fail too, not faults alone")
    )
    if helped(parser, words, "The exit code is 0 if nothing is wrong, 1 if something is, 2 if a file cannot be read."):
        return 0
    given = vars(parser.parse_args(words))
    if not given["words"]:
        raise OptionError("Write which policies: routebook check routes.yaml")
    from routebook.lookup import count
    from routebook.render.clean import one_line
    from routebook.routing.review import review

    code = 0
    for path in given["words"]:
        try:
            found = review(_policy(path))
        except RoutebookError as error:
            say(str(error))
            code = NOTHING_DONE
            continue
        for finding in found:
            print(one_line(f"{path}: {finding}"))
        faults = sum(finding.fault for finding in found)
        print(f"{path}: {count(faults, 'fault')}, {count(len(found) - faults, 'notice')}")
        if faults or (found and given.get("strict")):
            code = max(code, SOME_FAILED)
    return code


# ---- two policies ---------------------------------------------------------------------------------------------------


def diff(words: list[str]) -> int:
    """Say which prompts a changed policy sends another way."""
    options = (
        Option("on", "--on", "PROMPTS", "the prompts that are decided by both"),
        Option("json", "--json", None, "say it as one JSON object, every changed prompt included"),
    )
    parser = _parser("diff", "OLD NEW --on PROMPTS", *options)
    if helped(parser, words, _PROMPTS):
        return 0
    given = vars(parser.parse_args(words))
    example = "which policies and prompts: routebook diff old.yaml new.yaml --on prompts.jsonl"
    old, new = _taken(given["words"], 2, "diff", example)
    if "on" not in given:
        raise OptionError(f"Write {example}")
    from routebook.render.clean import one_line
    from routebook.routing.differences import differences

    found = differences(_policy(old), _policy(new), _prompts(given["on"]))
    if given.get("json"):
        print(json.dumps(_as_data(found), ensure_ascii=False))
        return 0
    print(found)
    for row in found.changed[:_MOST_SHOWN]:
        print("  " + one_line(f"{row.tag_before} -> {row.tag}: {row.prompt}")[:118])
    if len(found.changed) > _MOST_SHOWN:
        print(f"  and {len(found.changed) - _MOST_SHOWN:,} more: --json lists them all")
    return 0


def _as_data(found: Any) -> Mapping[str, object]:
    """Return what `diff` found as plain data; what is unknown is null."""
    names = ("usd_change", "usd_change_low", "usd_change_high")
    figures = {name: None if (value := getattr(found, name)) != value else value for name in names}
    rows = [
        {name: getattr(row, name) for name in ("prompt", "tag_before", "tag", "models_before", "models")}
        for row in found.changed
    ]
    said = {"of": found.of, "simulated": found.simulated, "unmeasured": found.unmeasured}
    return {**said, **figures, "changed": rows}


# ---- other tools ----------------------------------------------------------------------------------------------------


def export(words: list[str]) -> int:
    """Write the file another tool reads."""
    options = (
        Option("to", "--to", "TARGET", "which tool; routebook targets lists them"),
        Option("out", "--out", "PATH", "where to; by default the tool's own name for it, in this folder"),
        Option("allow_lossy", "--allow-lossy", None, "write it even if the tool cannot express all of the policy"),
        Option(
            "replay", "--replay", "PROMPTS", "send these through the policy and the tool's own code; nobody is asked"
        ),
    )
    parser = _parser("export", "POLICY --to TARGET", *options)
    if helped(parser, words, _PROMPTS):
        return 0
    given = vars(parser.parse_args(words))
    example = "which policy, and for which tool: routebook export routes.yaml --to litellm"
    [path] = _taken(given["words"], 1, "export", example)
    if "to" not in given:
        raise OptionError(f"Write {example}")
    from routebook.targets import export as write

    prompts = _prompts(given["replay"]) if "replay" in given else None
    report = write(
        _policy(path), given["to"], given.get("out"), allow_lossy=given.get("allow_lossy", False), prompts=prompts
    )
    print(report)
    replay = report.replay
    return SOME_FAILED if replay is not None and replay.agree < replay.of else 0


def targets(words: list[str]) -> int:
    """List the tools there are to export to."""
    parser = _parser("targets", "")
    if helped(parser, words):
        return 0
    refuse(parser.parse_args(words).words, "routebook targets")
    from routebook.render.table import Table
    from routebook.targets import TARGETS, target

    tools = [(name, target(name)) for name in TARGETS]
    rows = [(name, tool.FILENAME, tool.EXPRESSES, tool.PROVEN_WITH) for name, tool in tools]
    print(Table(("target", "file", "what it expresses", "proven with"), rows))
    return 0
