"""Checks across functions, made after each has been judged by itself."""

from collections.abc import Mapping
from dataclasses import replace

from gradiente.checker.judging.facts import Facts
from gradiente.checker.judging.session import Session
from gradiente.checker.judging.unpacking import taken_otherwise
from gradiente.checker.verdict import Finding, FunctionVerdict

NAME = "backProp"


def cross_checked(session: Session) -> dict[str, FunctionVerdict]:
    """Order and sign of backProp's gradients as the loops use them; a mistake of a shared helper, reported once."""
    verdicts = {**session.facts.verdicts, **_order(session)}
    return _once(session, {**verdicts, **_sign(session.facts)})


def _order(session: Session) -> dict[str, FunctionVerdict]:
    """Gradients in an order that the loops do not expect are under each other's names."""
    verdict = session.facts.verdicts.get(NAME)
    if verdict is None or verdict.findings or not session.has(NAME):
        return {}
    order = ", ".join(session.function(NAME).returned() or ())
    found = {}
    for name in taken_otherwise(session) or ([NAME] if session.facts.other_order else []):
        finding = Finding("names_swapped", name, line=session.function(name).line, values={"order": order})
        found[name] = replace(session.facts.verdicts[name], status="wrong", findings=(finding,))
    return found


def _sign(facts: Facts) -> dict[str, FunctionVerdict]:
    """−∂J/∂θ is no mistake where the training adds it; what else is wrong remains."""
    verdict = facts.verdicts.get(NAME)
    if not facts.adds_negative or verdict is None:
        return {}
    others = tuple(found for found in verdict.findings if found.mistake != "output_sign")
    if len(others) == len(verdict.findings):
        return {}
    variants = (*verdict.variants, ("negative_gradient", {}))
    status = verdict.status if others else "right"
    return {NAME: replace(verdict, status=status, variants=variants, findings=others)}


def _once(session: Session, verdicts: Mapping[str, FunctionVerdict]) -> dict[str, FunctionVerdict]:
    """A mistake that several functions get from the same helper stands at the first of them."""
    said: dict[str, str] = {}
    kept = dict(verdicts)
    for name, verdict in verdicts.items():
        own = [
            f for f in verdict.findings if not (f.mistake in said and _shared(session, said[f.mistake], name))
        ]
        if len(own) < len(verdict.findings):
            status = verdict.status if own else "unchecked"
            kept[name] = replace(verdict, status=status, findings=tuple(own))
        said |= {found.mistake: name for found in own if found.mistake not in said}
    return kept


def _shared(session: Session, one: str, other: str) -> bool:
    """Whether two functions use the same third, or the second the first."""
    if not (session.has(one) and session.has(other)):
        return False
    functions = session.submission.functions
    helpers = [
        name for name, f in functions.items() if name not in session.workshop.functions and not f.alias
    ]
    called = [{h for h in (*helpers, one, other) if h != f and session.calls(f, h)} for f in (one, other)]
    return bool(called[0] & called[1]) or one in called[1]
