"""The settings as they stand, one by one, for `smewatch config`."""

import os
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from pydantic_settings import TomlConfigSettingsSource

from flows.s3_settings import TOLD_TO_ALL
from flows.settings import FILE, PREFIX, Settings


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting as it stands."""

    name: str
    value: str
    origin: str  # "default", "environment" or "smewatch.toml"
    meaning: str


def knobs(settings: Settings) -> list[Knob]:
    """Every setting with value and origin, in the order they are declared. Of a secret that is set, stars."""
    in_file, told = TomlConfigSettingsSource(Settings)(), settings.model_fields_set & TOLD_TO_ALL
    return [
        Knob(name, str(getattr(settings, name)), _origin(name, in_file, told), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _origin(name: str, in_file: dict[str, Any], told: Set[str]) -> str:
    if (PREFIX + name).upper() in {key.upper() for key in os.environ}:
        return "environment"
    if name in in_file:
        return FILE
    return "environment" if name in told else "default"
