"""Which policy a tool's file came from, as our own export wrote it under ``routebook``."""

from __future__ import annotations

from routebook.routing.document import Fields, Scalar
from routebook.routing.names import check_date, check_text
from routebook.routing.pieces import a_text, placed, shaped


def told(root: Fields, stem: str) -> tuple[str, str | None]:
    """Return the policy's name and date: what our own export wrote, else the name of the file.

    Raises
    ------
    PolicyError
        If what stands there is no name, or no date.
    """
    if "routebook" not in root.fields:
        return placed(root.place, check_text, stem, "a policy's name"), None
    written = shaped(root.fields["routebook"][1], Fields, "what routebook wrote is a mapping")
    name, created = (written.fields.get(key, (None, None))[1] for key in ("policy", "created"))
    day = None
    if created is not None and not (isinstance(created, Scalar) and created.value is None):
        day = placed(created.place, check_date, a_text(created, "created"))
    if name is None:
        return placed(root.place, check_text, stem, "a policy's name"), day
    return placed(name.place, check_text, a_text(name, "policy"), "a policy's name"), day
