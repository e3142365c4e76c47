"""Entries and their values as a person reads them."""

from gradiente.benchmarking.result import Measured, Outcome, Row
from gradiente.benchmarking.work import Entry, Work
from gradiente.formatting import NARROW_SPACE, NONE, count, number, precise_duration, share
from gradiente.locale import text


def entry_label(work: Work, entry: Entry) -> str:
    """Who it is, and what sets it apart in its work."""
    if work.grows:
        return text(f"bench.size.{work.grows}", size=count(entry.size or 0))
    if entry.quiet:
        return text("bench.quiet_alone", threads=entry.threads)
    return entry.of().label


def value_words(row: Row, one: Measured) -> str:
    """The median of its rounds, and of how many where they are fewer."""
    if one.median is None:
        return NONE
    value = _value(row.work, one.median)
    return f"{value} (n = {len(one.values)})" if one.entry.name in row.fewer() else value


def ratio_words(row: Row, one: Measured) -> str:
    """Ours / theirs; where the work asks for shares, that of the limit which each reaches."""
    ours, own = row.ours, one.entry.name
    if row.work.grows or (own == ours and not row.work.share):
        return ""
    limit = row.work.targets[0].against[0] if row.work.share else None
    ratio = row.ratio(ours, own) if limit is None else row.ratio(own, limit)
    return "" if ratio is None or own == limit else _ratio(row.work, ratio)


def target_words(row: Row, one: Measured) -> str:
    """The bound and whether it is reached, beside the fastest of those that a target names; a share's beside ours."""
    return "\n".join(
        f"{_bound(row.work, outcome)} {'✓' if outcome.reached else '✗'}"
        for outcome in row.outcomes()
        if outcome.ratio is not None and one.entry.name == (row.ours if row.work.share else outcome.fastest)
    )


def published_words(row: Row) -> list[str]:
    """A sentence for every published value that ours is compared with."""
    return [
        text(
            "bench.published",
            mark="✓" if outcome.reached else "✗",
            value=number(outcome.target.published, 3),
            ratio=_ratio(row.work, outcome.ratio),
            bound=_bound(row.work, outcome),
        )
        for outcome in row.outcomes()
        if outcome.target.published is not None and outcome.ratio is not None
    ]


def accuracy_words(one: Measured) -> str:
    """On the test data, after the last round."""
    return NONE if one.accuracy is None else share(one.accuracy, 1)


def megabytes(size: float) -> str:
    """Bytes as MB of 10⁶."""
    return f"{count(round(size / 1e6))}{NARROW_SPACE}MB"


def _value(work: Work, median: float) -> str:
    if work.measure == "memory":
        return megabytes(median)
    if work.measure == "core_seconds":
        return f"{number(median, 3)}{NARROW_SPACE}s"
    return precise_duration(median)


def _ratio(work: Work, ratio: float) -> str:
    return share(1 / ratio, 0) if work.share else f"{ratio:.2f}"


def _bound(work: Work, outcome: Outcome) -> str:
    bound = outcome.target.bound
    return f"≥ {share(1 / bound, 0)}" if work.share else f"≤ {bound:.2f}"
