"""What is read from a design once, and shared by all that ask for the same design."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A frozen object as the key of a cache: equal to itself alone, so that no large model is hashed or compared.

    The cache holds on to the object, so its identity is not given to another one meanwhile.
    """

    def __init__(self, part: T) -> None:
        self.part = part

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.part is other.part

    def __hash__(self) -> int:
        return id(self.part)
