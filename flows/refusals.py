"""What is said of a setting that cannot be used. No secret is told, not even one under a misspelt name."""

import re
from collections.abc import Mapping

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

# Of other settings, too, a refused value that may hold a secret is not repeated.
_MAY_BE_SECRET = re.compile(r"password|secret|token|://\S*[@?]", re.IGNORECASE)


def in_words(error: ErrorDetails, fields: Mapping[str, FieldInfo], prefix: str) -> str:
    """One refusal: the setting with its `prefix`, its value unless that may be a secret, and what is wanted."""
    what = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:  # of several settings together: its input would be all of them, the password too
        return f"{what}. See `smewatch config`."
    name = str(error["loc"][0])
    given = "(not shown)" if may_be_secret(fields.get(name), error["input"]) else repr(error["input"])
    return f"{prefix}{name.upper()} = {given}: {what}. See `smewatch config`."


def may_be_secret(field: FieldInfo | None, value: object) -> bool:
    """True for a secret, for what is meant for no setting we know, and for what looks like a secret."""
    return field is None or field.annotation is SecretStr or bool(_MAY_BE_SECRET.search(str(value)))
