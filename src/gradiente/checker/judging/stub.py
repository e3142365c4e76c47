"""A stand-in for a backProp that is wrong: the loops are judged by what they do with gradients, whichever these are."""

from collections.abc import Mapping
from typing import Any

from gradiente.checker.judging.session import Session
from gradiente.checker.reading.identify import by_names
from gradiente.checker.running.calls import Call

GRADIENTS = ("dW1", "db1", "dW2", "db2")
SOURCE = """
def probe():
    way, names, parameters, length, count = {way!r}, {names!r}, {parameters!r}, {length!r}, [0]

    class Grads(tuple):
        def __getattr__(self, name):
            if name.lower() in self.named:
                return self.named[name.lower()]
            raise AttributeError(name)

        def __getitem__(self, place):
            return getattr(self, place) if isinstance(place, str) else tuple.__getitem__(self, place)

    def stand_in(*arguments, **keywords):
        given = dict(zip(parameters, arguments))
        given.update((parameters[names.index(name)], value) for name, value in keywords.items())
        count[0] += 1
        found = {{}}
        for place, quantity in enumerate(way):
            shape = np.shape(given.get(quantity[1:].lower(), 0.0))
            size = int(np.prod(shape))
            found[quantity] = 0.1 * np.cos(np.arange(size) * (place + 1.3) + count[0]).reshape(shape)
        if isinstance(next(iter(way.values())), str):
            return {{key: found[quantity] for quantity, key in way.items()}}
        result = [0.0] * length
        for quantity, place in way.items():
            result[place] = found[quantity]
        grads = Grads(result)
        grads.named = {{quantity.lower(): value for quantity, value in found.items()}}
        return grads

    module.__dict__.setdefault("own_backProp", module.backProp)
    module.backProp = stand_in
"""
RESTORED = "def probe():\n    module.backProp = module.own_backProp\n"


def install(session: Session, *, lecture: bool = False) -> Mapping[str, Any]:
    """Put it in the place of backProp; arrays of the parameters' shapes come back, in the student's order.

    Arguments:
        lecture: in the lecture's order instead
    """
    returned = session.function("backProp").returned()
    straight = {quantity: place for place, quantity in enumerate(GRADIENTS)}
    way = (
        straight
        if lecture
        else session.facts.ways.get("backProp") or by_names(returned, GRADIENTS) or straight
    )
    binding = session.bindings["backProp"]
    places = [place for place in way.values() if isinstance(place, int)]
    source = SOURCE.format(
        way=dict(way),
        names=list(binding.names),
        parameters=list(binding.parameters),
        length=max([*places, len(returned or ()) - 1, 3]) + 1,
    )
    session.sandbox.call(Call("", probe=source))
    return way


def remove(session: Session) -> None:
    """Put the file's own backProp back."""
    session.sandbox.call(Call("", probe=RESTORED))
