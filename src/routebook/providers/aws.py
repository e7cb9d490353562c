"""Where AWS credentials and the region would come from, told without loading boto3 and without their values.

The real discovery is botocore's, when a model is asked; this reads the same variables and files.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

from routebook.providers.contract import Credentials

NO_REGION = "Set AWS_REGION, such as us-east-1."
NO_CREDENTIALS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_BEARER_TOKEN_BEDROCK, or run `aws configure`."
_OF_A_PROFILE = (
    "aws_access_key_id",
    "role_arn",
    "sso_session",
    "sso_start_url",
    "login_session",
    "credential_process",
    "web_identity_token_file",
)
_OF_A_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


def find_credentials() -> Credentials:
    """Tell whether a call to AWS can be tried, and where the credentials would come from.

    The role of an AWS machine can only be asked for over the network: it is not told here, and works all the same.
    """
    source = _source()
    if source is None:
        return Credentials(False, "", NO_CREDENTIALS)
    if region_of_environment() is None and not _profile(_config_file()).get("region"):
        return Credentials(False, source, NO_REGION)
    return Credentials(True, source)


def region_of_environment() -> str | None:
    """Return the region the environment names; botocore by itself reads only the second variable.

    https://github.com/boto/botocore/issues/1848
    """
    return os.environ.get("AWS_REGION", "").strip() or os.environ.get("AWS_DEFAULT_REGION", "").strip() or None


def _source() -> str | None:
    environ = os.environ
    if environ.get("AWS_BEARER_TOKEN_BEDROCK"):
        return "AWS_BEARER_TOKEN_BEDROCK"
    of_profile = _source_of_profile()
    if of_profile is not None and _named_profile():  # a named profile goes before keys in the environment
        return of_profile
    if environ.get("AWS_ACCESS_KEY_ID") and environ.get("AWS_SECRET_ACCESS_KEY"):
        return "AWS_ACCESS_KEY_ID"
    if environ.get("AWS_WEB_IDENTITY_TOKEN_FILE") and environ.get("AWS_ROLE_ARN"):
        return "AWS_WEB_IDENTITY_TOKEN_FILE"
    if of_profile is not None:
        return of_profile
    return next((name for name in _OF_A_CONTAINER if environ.get(name)), None)


def _source_of_profile() -> str | None:
    for path in (_credentials_file(), _config_file()):
        if any(_profile(path).get(name) for name in _OF_A_PROFILE):
            return f"profile {_named_profile() or 'default'} in {path.name}"
    return None


def _named_profile() -> str | None:
    return os.environ.get("AWS_DEFAULT_PROFILE") or os.environ.get("AWS_PROFILE")  # botocore's order


def _credentials_file() -> Path:
    return Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()


def _config_file() -> Path:
    return Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()


def _profile(path: Path) -> Mapping[str, str]:
    """Return the profile's section of a file; a file that cannot be read has none, and botocore will say why."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return {}
    name = _named_profile() or "default"
    for section in (name, f"profile {name}", f'profile "{name}"'):
        if parser.has_section(section):
            return dict(parser[section])
    return {}
