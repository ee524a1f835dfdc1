from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.columns import to_arrow


@dataclass(frozen=True)
class Part:
    name: str
    weight: float


@dataclass(frozen=True)
class Whole:
    text: str
    number: int | None
    moment: datetime | None
    flag: bool
    names: tuple[str, ...]
    parts: tuple[Part, ...]


MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)).map(  # noqa: DTZ001 - zone follows
    lambda moment: moment.replace(tzinfo=timezone(timedelta(hours=9)))
)
PARTS = st.builds(Part, st.text(), st.floats(allow_nan=False))
WHOLES = st.builds(
    Whole,
    st.text(),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | MOMENTS,
    st.booleans(),
    st.lists(st.text()).map(tuple),
    st.lists(PARTS).map(tuple),
)


@given(st.lists(WHOLES, max_size=5))
def test_rows_come_back_as_they_went_in(rows):
    def again(row):
        return Whole(**{**row, "names": tuple(row["names"]), "parts": tuple(Part(**part) for part in row["parts"])})

    assert [again(row) for row in to_arrow(rows, Whole).to_pylist()] == rows


def test_no_rows_still_have_columns_and_types():
    table = to_arrow([], Whole)
    assert table.num_rows == 0
    assert table.schema.field("moment").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("parts").type == pa.list_(pa.struct([("name", pa.string()), ("weight", pa.float64())]))


def test_a_time_is_stored_in_utc_whatever_its_zone():
    tokyo = datetime(2026, 11, 18, 9, tzinfo=timezone(timedelta(hours=9)))
    table = to_arrow([Whole("", None, tokyo, True, (), ())], Whole)
    assert table.column("moment").to_pylist() == [datetime(2026, 11, 18, tzinfo=UTC)]


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="must be aware"):
        to_arrow([Whole("", None, datetime(2026, 11, 18), True, (), ())], Whole)  # noqa: DTZ001 - the case


def test_half_a_surrogate_pair_is_replaced_wherever_it_stands():
    table = to_arrow([Whole("a\ud83d", None, None, True, ("b\udc00",), (Part("c\udfff", 1.0),))], Whole)
    [row] = table.to_pylist()
    assert (row["text"], row["names"], row["parts"][0]["name"]) == ("a?", ["b?"], "c?")


def test_a_type_without_a_column_is_a_mistake():
    @dataclass
    class Odd:
        value: complex

    with pytest.raises(TypeError, match="no Arrow type for"):
        to_arrow([], Odd)
