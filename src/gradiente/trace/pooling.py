"""MaxPool and AvgPool: the numbers of a window, and the windows that saw a number."""

from collections.abc import Iterator

from gradiente.trace.sliding import seen, taps, window_of
from gradiente.trace.terms import Around, Closing, Factor, Index, Opening, Term, opening, term, total, written


def largest(at: Around, index: Index) -> Opening:
    """y[i,c,p] = max of the window's entries"""
    terms = _window(at, index)
    return opening(terms, Closing("max", max(entry.value for entry in terms)))


def largest_input_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂x[i,c,q] = Σ_p δ[i,c,p]·[q is where window p has its maximum], the first of several"""
    i, c, *place = index
    terms = []
    for window in _windows_that_see(at, index):
        inside = _window(at, (i, c, *window))
        first = max(inside, key=lambda entry: entry.value).factors[0]
        chosen = first.index == at.x.shown(index)
        where = written(at.x.shown((i, c, *place)))
        terms.append(term(at.delta[(i, c, *window)], Factor(f"[argmax={where}]", float(chosen))))
    return opening(terms)


def mean(at: Around, index: Index) -> Opening:
    """y[i,c,p] = Σ of the window's entries / k"""
    terms, k = _window(at, index), _count(at, index[2:])
    return opening(terms, Closing(f"Σ/{k:g}", total(terms) / k))


def mean_input_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂x[i,c,q] = Σ_p δ[i,c,p]·1/k over the windows p that see q"""
    i, c, *_ = index
    terms = []
    for window in _windows_that_see(at, index):
        k = _count(at, window)
        terms.append(term(at.delta[(i, c, *window)], Factor(f"1/{k:g}", 1 / k)))
    return opening(terms)


def _window(at: Around, index: Index) -> list[Term]:
    """The entries of x in a window, in the order of the kernel, without the padding."""
    i, c, *window = index
    windows = at.layer._windows(at.x.values.shape)
    places = (seen(windows, tuple(window), tap) for tap in taps(windows))
    return [term(at.x[(i, c, *place)]) for place in places if place is not None]


def _windows_that_see(at: Around, index: Index) -> Iterator[Index]:
    _, _, *place = index
    windows = at.layer._windows(at.x.values.shape)
    found = (window_of(windows, tuple(place), tap) for tap in taps(windows))
    return (window for window in found if window is not None)


def _count(at: Around, window: Index) -> float:
    """k: how many entries of that window count."""
    return float(at.layer._count(at.layer._windows(at.x.values.shape))[window])
