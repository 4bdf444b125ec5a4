"""TablePreprocessing: from a table's values to the numbers that a network takes, by scikit-learn's transformers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.data.columns import KINDS, Column
from pellucid.errors import DataError, FileFormatError

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

Array = npt.NDArray[Any]

_MOST_CATEGORIES = 50  # of a column; the least frequent ones share one
_LEAST_ROWS = 20  # below which nothing can be said of how values repeat
_IDENTIFIERS = ("id", "index", "row", "key", "uuid", "unnamed: 0")


class TablePreprocessing:
    """What was learned from the training rows of a table; `transform` makes arrays of them and of any others.

    Numbers: missing ones become the median, with a column of 0 and 1 that says so (SimpleImputer), then mean 0 and deviation 1
    (StandardScaler). Categories: a column of 0 and 1 for each of the 50 most frequent, the others together in one
    (OneHotEncoder); so is one that was never seen, or, where there are no others, 0 in all.

    Make it with `fit` or `from_json`.

    Args:
        columns: what it takes, in order.
        transformer: fitted to them.
        left_out: columns that were there and are not used, with the reason.
        notes: what the user should know of the others.

    >>> columns = (Column("age", "number"), Column("city", "category"))
    >>> rows = np.array([[20.0, "Rome"], [np.nan, "Oslo"], [40.0, "Rome"]], object)
    >>> table = TablePreprocessing.fit(columns, rows)
    >>> table.feature_names
    ['age', 'age is missing', 'city = Oslo', 'city = Rome']
    >>> [round(value, 4) for value in table.transform(np.array([[30.0, "Lima"]], object))[0].tolist()]
    [0.0, -0.7071, 0.0, 0.0]
    """

    def __init__(
        self,
        columns: Sequence[Column],
        transformer: ColumnTransformer,
        left_out: Mapping[str, str] | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self.columns = tuple(columns)
        self.transformer = transformer
        self.left_out = dict(left_out or {})
        self.notes = tuple(notes)

    @classmethod
    def fit(cls, columns: Sequence[Column], x: Array, *, keep: Collection[str] = ()) -> TablePreprocessing:
        """Learn from the training rows, and from them alone.

        Args:
            columns: of the table.
            x: their values side by side, as `Column.values` gives them.
            keep: columns that are no identifiers, whatever they look like.

        Raises:
            DataError: no column is left that could say anything.
        """
        used: list[Column] = []
        left_out: dict[str, str] = {}
        notes: list[str] = []
        places: list[int] = []
        start = 0
        for column in columns:
            here = range(start, start + len(column.parts))
            start = here.stop
            reason = _useless(column, x[:, here], column.name in keep)
            if reason is not None:
                left_out[column.name] = reason
                continue
            used.append(column)
            places.extend(here)
            notes.extend(_notes(column, x[:, here]))
        if not used:
            said = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
            raise DataError(f"The table has no column to learn from: {said or 'there is none'}. Bring one that tells rows apart.")
        transformer = _transformer(used, max_categories=_MOST_CATEGORIES)
        transformer.fit(x[:, places])
        return cls(used, transformer, left_out, notes)

    def transform(self, x: Array) -> Array:
        """Values of the used columns, shape (rows, parts), as float32 of shape (rows, features).

        Raises:
            DataError: a number is so far from those of the training rows that it is beyond 32 bits.
        """
        with np.errstate(over="ignore"):
            made: Array = np.ascontiguousarray(self.transformer.transform(x), np.float32)
        if not np.isfinite(made).all():
            row, place = (int(i) for i in np.argwhere(~np.isfinite(made))[0])
            raise DataError(
                f"Row {row + 1} of the table: {self.feature_names[place]!r} is so far from the values of the training rows that, "
                "scaled as they were, it is beyond 32 bits. Correct it, or leave the row out."
            )
        return made

    @property
    def feature_names(self) -> list[str]:
        """What each number of a sample is."""
        numbers, categories = _split(self.columns)
        names = [part for column in numbers for part in column.parts]
        named = list(names)
        if numbers:
            named += [f"{names[i]} is missing" for i in self._indicated()]
        for column, (frequent, others) in zip(categories, self._categories(), strict=True):
            named += [f"{column.name} = {value}" if value else f"{column.name} is missing" for value in frequent]
            named += [f"{column.name} is another"] if others else []
        return named

    # --- as plain data ----------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """All that `transform` depends on, as JSON can hold it."""
        state: dict[str, Any] = {"columns": [{"name": column.name, "kind": column.kind} for column in self.columns]}
        if _split(self.columns)[0]:
            imputer, scaler = self._part("numbers")["impute"], self._part("numbers")["scale"]
            state["numbers"] = {
                "median": imputer.statistics_.tolist(),
                "indicated": self._indicated(),
                "mean": scaler.mean_.tolist(),
                "variance": scaler.var_.tolist(),
                "scale": scaler.scale_.tolist(),
            }
        state["categories"] = [{"frequent": frequent, "others": others} for frequent, others in self._categories()]
        return state

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> TablePreprocessing:
        """The preprocessing that gave this state: equal results to the last bit.

        Raises:
            FileFormatError: it is no such state.
        """
        try:
            columns = [Column(entry["name"], entry["kind"]) for entry in state["columns"]]
            if not columns or any(column.kind not in KINDS or not isinstance(column.name, str) for column in columns):
                raise ValueError("columns")
            made = cls(columns, _transformer(columns, min_frequency=2))
            made._restore(state)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise FileFormatError(f"The preprocessing in the model's file is damaged: {error!r}.") from None
        return made

    def _restore(self, state: Mapping[str, Any]) -> None:
        """Fit the transformers to a small table made up so that they learn what the state says.

        Only what scikit-learn documents is used: a median is that of equal numbers, a frequent category is one that comes twice.
        """
        numbers, categories = _split(self.columns)
        names = [part for column in numbers for part in column.parts]
        lists = [[*entry["frequent"], *entry["frequent"], *entry["others"]] for entry in state["categories"]]
        if len(lists) != len(categories) or not all(isinstance(value, str) for row in lists for value in row):
            raise ValueError("categories")
        rows = max([2, *map(len, lists)])
        made_up: dict[str, Array] = {}
        if numbers:
            known = {key: np.asarray(state["numbers"][key], np.float64) for key in ("median", "mean", "variance", "scale")}
            features = len(names) + len(state["numbers"]["indicated"])
            wrong = [key for key, array in known.items() if array.shape != (len(names) if key == "median" else features,)]
            if wrong or not all(np.isfinite(array).all() for array in known.values()):
                raise ValueError(f"numbers: {', '.join(wrong) or 'not finite'}")
            table = np.tile(known["median"], (rows, 1))
            table[1, np.asarray(state["numbers"]["indicated"], np.intp)] = np.nan
            made_up |= {name: table[:, i].astype(object) for i, name in enumerate(names)}
        for column, values in zip(categories, lists, strict=True):
            made_up[column.name] = np.array([*values, *[values[0]] * (rows - len(values))], object)
        self.transformer.fit(np.stack([made_up[part] for column in self.columns for part in column.parts], axis=1))
        if numbers:
            scaler = self._part("numbers")["scale"]
            scaler.mean_, scaler.var_, scaler.scale_ = known["mean"], known["variance"], known["scale"]

    def _part(self, name: str) -> Any:
        return self.transformer.named_transformers_[name]

    def _indicated(self) -> list[int]:
        """Which numbers have a column that says whether they are missing."""
        return [int(i) for i in self._part("numbers")["impute"].indicator_.features_]

    def _categories(self) -> list[tuple[list[str], list[str]]]:
        """Of each column its frequent categories and the others, sorted."""
        if not _split(self.columns)[1]:
            return []
        encoder = self._part("categories")
        pairs = []
        for every, rare in zip(encoder.categories_, encoder.infrequent_categories_, strict=True):
            others = [] if rare is None else [str(value) for value in rare]
            pairs.append(([str(value) for value in every if value not in set(others)], others))
        return pairs


def _split(columns: Sequence[Column]) -> tuple[list[Column], list[Column]]:
    """Those that are numbers, and those that are categories."""
    return [c for c in columns if c.kind != "category"], [c for c in columns if c.kind == "category"]


def _transformer(columns: Sequence[Column], **rare: int) -> ColumnTransformer:
    """Not fitted yet; ``rare`` says which categories share a column."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    kinds = [column.kind for column in columns for _ in column.parts]
    places: dict[bool, list[int]] = {True: [], False: []}
    for place, kind in enumerate(kinds):
        places[kind == "category"].append(place)
    # The indicator is that of the training rows: what was never missing there has no weight that could speak of it.
    numbers = Pipeline([("impute", SimpleImputer(strategy="median", add_indicator=True)), ("scale", StandardScaler())])
    categories = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, **rare)
    parts = [("numbers", numbers, places[False]), ("categories", categories, places[True])]
    return ColumnTransformer([part for part in parts if part[2]], sparse_threshold=0)


def _useless(column: Column, values: Array, keep: bool) -> str | None:
    """Why a column cannot teach anything, or would teach rows by heart; None where it may."""
    rows = len(values)
    if column.kind == "category":
        counts = len(set(values[:, 0].tolist()))
        if counts == 1:
            return _always(values[0, 0])
        if not keep and rows >= _LEAST_ROWS and 2 * counts > rows:
            return f"{counts:,} different values in {rows:,} training rows: an identifier, or free text"
        return None
    numbers = values.astype(np.float64)
    if np.isnan(numbers).all():
        return _always("")
    if not np.isnan(numbers).any() and (numbers == numbers[0]).all():
        return _always(f"{numbers[0, 0]:g}" if column.kind == "number" else "the same")
    named = column.name.lower() in _IDENTIFIERS or column.name.lower().endswith(("_id", " id"))
    if column.kind == "number" and named and not keep and rows >= _LEAST_ROWS and _all_differ(numbers):
        return "different in every training row: an identifier"
    return None


def _always(value: str) -> str:
    return f"always {value!r} in the training rows" if value else "empty in all training rows"


def _notes(column: Column, values: Array) -> list[str]:
    name, rows = column.name, len(values)
    notes = []
    if column.kind == "category":
        counts = len(set(values[:, 0].tolist()))
        missing = int((values[:, 0] == "").sum())
        if counts > _MOST_CATEGORIES:
            notes.append(f"{name}: {counts:,} categories; the {_MOST_CATEGORIES - 1} most frequent are kept, the others are one")
    else:
        numbers = values.astype(np.float64)
        missing = int(np.isnan(numbers[:, 0]).sum())
        if column.kind in ("date", "moment"):
            what = "day, month and weekday" + (" and hour" if column.kind == "moment" else "")
            notes.append(f"{name}: dates; taken as numbers: {what}")
        elif rows >= _LEAST_ROWS and _all_differ(numbers) and (np.diff(numbers[:, 0]) > 0).all():
            notes.append(f"{name}: rises from row to row; if it only counts them, leave it out (--ignore)")
    if missing:
        notes.append(f"{name}: missing in {missing:,} of {rows:,} training rows ({missing / rows:.0%})")
    return notes


def _all_differ(numbers: Array) -> bool:
    """Whole, present, and each once."""
    whole = not np.isnan(numbers).any() and bool((numbers == np.round(numbers)).all())
    return whole and len(np.unique(numbers)) == len(numbers)
