"""JSON parameters into the classes of `protocol`, by their type hints.

Unknown fields are passed over, JSON `null` counts as absent where a field may be absent, and a
field of the wrong type is an error that names the field and never its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar

from cattrs import Converter, transform_error
from cattrs.gen import make_dict_structure_fn, override

from codegrex_lsp.lsp import protocol

T = TypeVar("T")


class Unreadable(ValueError):
    """Parameters of the wrong shape. The message names fields and expected types only."""


def read(kind: type[T], params: object) -> T:
    """Parameters as `kind`.

    Raises:
        Unreadable: A field is missing or of the wrong type, or `params` is not an object.
    """
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise Unreadable("an object is expected")
    try:
        return _converter().structure(params, kind)
    except Exception as error:
        raise Unreadable(_in_words(error)) from None


_SHOWN_PROBLEMS = 3


def _in_words(error: Exception) -> str:
    problems = transform_error(error, format_exception=_problem)
    told = "; ".join(problems[:_SHOWN_PROBLEMS])
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), told)


def _problem(error: BaseException, kind: type | None) -> str:
    """One problem without the value that caused it."""
    if isinstance(error, KeyError):
        return "missing"
    return f"not {_NAMES.get(kind, 'an object')}" if kind is not None else "not as expected"


_NAMES: dict[type | None, str] = {
    str: "a string",
    int: "an integer",
    bool: "true or false",
    list: "a list",
}


@lru_cache(maxsize=1)
def _converter() -> Converter:
    """Built at the first message; classes get their reader when they are first met."""
    converter = Converter()
    for primitive in (str, int, bool):
        converter.register_structure_hook(primitive, _exactly)
    converter.register_structure_hook_factory(_is_ours, lambda kind: _reader(kind, converter))
    return converter


def _exactly(value: object, kind: type) -> object:
    """The value itself: cattrs would turn 5 into "5", and a document's text `null` into "None"."""
    if type(value) is not kind:
        raise TypeError
    return value


def _is_ours(kind: Any) -> bool:
    return isinstance(kind, type) and kind.__module__ == protocol.__name__


def _reader(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    renamed = {item.name: override(rename=_camel(item.name)) for item in fields(kind)}
    structure = make_dict_structure_fn(kind, converter, **renamed)  # type: ignore[arg-type]

    def without_nulls(value: object, asked: Any) -> Any:
        if not isinstance(value, dict):
            raise TypeError
        return structure({key: item for key, item in value.items() if item is not None}, asked)

    return without_nulls


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)
