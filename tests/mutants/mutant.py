"""One small mistake in a formula, and how it is planted: a wrong function in the place of the right one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from ..random_networks import RandomNetwork

Shape = tuple[int, ...]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Mutant:
    """A mistake, and what it is made in.

    owner       the class, or module, whose function is wrong; `attribute` is its name there
    wrong       what replaces it; its first argument is the right one
    concept     the class of the layer, loss, optimizer … that computes something wrong then
    where       of its objects, those whose options let the mistake matter
    example     one in the notation and the shape of a batch for it, where its own examples have none of those
    """

    owner: Any
    attribute: str
    wrong: Function
    concept: type
    where: Callable[[Any], bool]
    example: tuple[str, Shape] | None

    @contextmanager
    def planted(self) -> Iterator[None]:
        """While it is there."""
        right, inherited = getattr(self.owner, self.attribute), self.attribute not in vars(self.owner)

        @wraps(right)
        def mistaken(*arguments: Any, **options: Any) -> Any:
            return self.wrong(right, *arguments, **options)

        setattr(self.owner, self.attribute, mistaken)
        try:
            yield
        finally:
            if inherited:
                delattr(self.owner, self.attribute)
            else:
                setattr(self.owner, self.attribute, right)

    def matters(self, concept: object) -> bool:
        """Whether an object computes something wrong by it."""
        return isinstance(concept, self.concept) and self.where(concept)

    def matters_in(self, network: RandomNetwork) -> bool:
        return any(map(self.matters, [network, *network.concepts()]))


class Mutants(dict[str, Mutant]):
    """A table of them, by name."""

    def of(
        self,
        owner: Any,
        attribute: str,
        concept: type | None = None,
        *,
        where: Callable[[Any], bool] = lambda concept: True,
        example: tuple[str, Shape] | None = None,
    ) -> Callable[[Function], Function]:
        """A decorator: the function is the wrong one, and its name that of the mutant."""

        def enter(wrong: Function) -> Function:
            self[wrong.__name__] = Mutant(owner, attribute, wrong, concept or owner, where, example)
            return wrong

        return enter
