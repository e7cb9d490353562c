"""Reads the plain part of YAML.

Files are input, so: no anchors or aliases (which can grow without bound), no tags (which can name code), no second
document, no duplicate key, and no plain word that YAML 1.1 and YAML 1.2 understand differently (`no`, `0777`,
`12:30`): put it in quotes. PyYAML's events are read, not its composed nodes, so that a hostile file is refused at its
first bad piece.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from routebook.errors import PolicyError
from routebook.routing.document import LITERALS, NUMBER, Grower, Lines, Node, Place, Scalar, number, shown, sized

_OTHER_12 = re.compile(r"0o[0-7]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[yYnN]|<<|=")


def read_yaml(text: str, source: str = "policy") -> Node:
    """Read the plain part of YAML.

    Raises
    ------
    PolicyError
        With line and column, for anything else, and for a text of more than 256 kB or nested more than 24 deep.
    """
    grower = Grower()
    documents = 0
    try:
        for event in yaml.parse(sized(text, source), Loader=yaml.SafeLoader):
            place = _marked(event.start_mark, source)
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise place.error("a second document starts here; a policy is one.")
                    if event.tags:
                        raise place.error("a %TAG directive is not read; take it out.")
                case yaml.AliasEvent():
                    raise place.error(f"the alias *{event.anchor} is not read; write the value out.")
                case yaml.CollectionEndEvent():
                    grower.close()
                case yaml.ScalarEvent() | yaml.CollectionStartEvent():
                    if event.anchor is not None:
                        raise place.error(f"the anchor &{event.anchor} is not read; write the value out.")
                    if event.tag is not None:
                        raise place.error(f"the YAML tag {shown(event.tag)} is not read; take it out.")
                    if isinstance(event, yaml.ScalarEvent):
                        grower.scalar(Scalar(_plain(event.value, place) if event.implicit[0] else event.value, place))
                    else:
                        grower.open(place, mapping=isinstance(event, yaml.MappingStartEvent))
    except yaml.MarkedYAMLError as error:
        problem = error.problem or error.context or "it cannot be read"
        place = _marked(error.problem_mark or error.context_mark, source)
        raise place.error(f"this is not YAML: {problem}.") from error
    except yaml.reader.ReaderError as error:
        place = Lines(text, source).place(error.position)
        raise place.error(f"the character U+{ord(text[error.position]):04X} is not allowed.") from error
    if grower.root is None:
        raise PolicyError(f"{source}: the file is empty; a policy starts with `routebook: 1`.")
    return grower.root


def _marked(mark: Any, source: str) -> Place:
    return Place(source, 1, 1) if mark is None else Place(source, mark.line + 1, mark.column + 1)


def _plain(text: str, place: Place) -> bool | int | float | str | None:
    if text in LITERALS:
        return LITERALS[text]
    if NUMBER.fullmatch(text):
        return number(text, place)
    if _disputed(text):
        raise place.error(f"readers of YAML disagree about {shown(text)}: put it in quotes, or write a plain number.")
    return text


def _disputed(text: str) -> bool:
    """Tell whether some YAML reader takes this plain word for something else than text (dates are safe either way)."""
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], ()):
        if tag != "tag:yaml.org,2002:timestamp" and pattern.match(text):
            return True
    return bool(_OTHER_12.fullmatch(text))
