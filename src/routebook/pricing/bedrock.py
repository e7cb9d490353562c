"""How Bedrock names models: an ARN or not, an inference profile (`us.`, `eu.`, `global.` ...) or none, vendor, model.

The profile and the region decide the price: a global profile is cheaper than a geographic one, and outside the US
most models cost more. Prices without a region in their name are those of the US regions.
"""

from __future__ import annotations

import re
from typing import NamedTuple

US_REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-2"})
_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:(?P<region>[a-z0-9-]*):\d*:(?:inference-profile|foundation-model)/")
_PROFILE = re.compile(r"(?P<profile>us|eu|apac|jp|au|in|ca|sa|us-gov|global)\.(?=[a-z0-9]+\.)")


class BedrockName(NamedTuple):
    """A Bedrock id taken apart.

    Attributes
    ----------
    profile
        The inference profile's prefix, or an empty string.
    model
        The id without it, such as ``amazon.nova-lite-v1:0``.
    region
        The region an ARN names, or `None`.
    """

    profile: str
    model: str
    region: str | None


def parse(model: str) -> BedrockName:
    """Take a Bedrock id apart.

    >>> parse("us.amazon.nova-lite-v1:0")
    BedrockName(profile='us', model='amazon.nova-lite-v1:0', region=None)
    >>> parse("arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0").region
    'eu-west-1'
    """
    name, region = model.lower(), None
    if arn := _ARN.match(name):
        name, region = name[arn.end() :], arn["region"] or None
    if profile := _PROFILE.match(name):
        return BedrockName(profile["profile"], name[profile.end() :], region)
    return BedrockName("", name, region)
