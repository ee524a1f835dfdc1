"""What a person says of an object store: by settings of ours, or once for all programs by the names they know."""

import os
import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from warehouse.addresses import ObjectStore

# Of several names the first that is set counts.
_KEYS = {
    "s3_key_id": ("AWS_ACCESS_KEY_ID",),
    "s3_secret": ("AWS_SECRET_ACCESS_KEY",),
    "s3_session_token": ("AWS_SESSION_TOKEN",),
}
_PLACE = {
    "s3_region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "s3_endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
}
_ENDPOINT = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?/?", re.ASCII)


TOLD_TO_ALL = frozenset(_KEYS | _PLACE)


class ToldToAll(PydanticBaseSettingsSource):
    """What the environment tells every program of S3: for a lake in a bucket, where no setting of ours says it."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value of one field, null if nobody tells it."""
        names = (_KEYS | _PLACE).get(field_name, ())
        return next((value for name in names if (value := os.environ.get(name))), None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """What is told, by field. Keys count together: half of one's own and half of these open nothing."""
        if "s3://" not in str(self.current_state.get("warehouse")):
            return {}  # what others may have set for other ends is none of our business
        wanted = _PLACE if _KEYS.keys() & self.current_state.keys() else _KEYS | _PLACE
        told = {name: self.get_field_value(self.settings_cls.model_fields[name], name)[0] for name in wanted}
        return {name: value for name, value in told.items() if value}


def endpoint(value: str) -> str:
    """An endpoint without the slash at its end. Raises ValueError for anything else: it might hold keys."""
    if value and not _ENDPOINT.fullmatch(value):
        raise ValueError("must be https://host or http://host:port, and nothing more")
    return value.rstrip("/")


def store_of(given: Mapping[str, Any]) -> ObjectStore:
    """What the settings say of the store. One that was refused is missing, and refuses all settings anyway."""
    plain = {name: given.get(f"s3_{name}", "") for name in ("region", "endpoint", "url_style")}
    secret = {name: given.get(f"s3_{name}", SecretStr("")) for name in ("key_id", "secret", "session_token")}
    return ObjectStore(**plain, **{name: value.get_secret_value() for name, value in secret.items()})
