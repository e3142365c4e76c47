"""Checks across functions, made after each has been judged by itself."""

from dataclasses import replace

from gradiente.checker.judging.session import Session
from gradiente.checker.judging.unpacking import taken_otherwise
from gradiente.checker.verdict import Finding

NAME = "backProp"


def cross_check(session: Session) -> None:
    """Order and sign of backProp's gradients as the loops use them; a mistake of a shared helper, reported once."""
    _order(session)
    _sign(session)
    _once(session)


def _order(session: Session) -> None:
    """Gradients in an order that the loops do not expect are under each other's names."""
    verdict = session.verdicts.get(NAME)
    if verdict is None or verdict.findings or not session.has(NAME):
        return
    order = ", ".join(session.function(NAME).returned() or ())
    for name in taken_otherwise(session) or ([NAME] if session.other_order else []):
        finding = Finding("names_swapped", name, line=session.function(name).line, values={"order": order})
        session.verdicts[name] = replace(session.verdicts[name], status="wrong", findings=(finding,))


def _sign(session: Session) -> None:
    """−∂J/∂θ is no mistake where the training adds it; what else is wrong remains."""
    verdict = session.verdicts.get(NAME)
    if not session.adds_negative or verdict is None:
        return
    others = tuple(found for found in verdict.findings if found.mistake != "output_sign")
    if len(others) < len(verdict.findings):
        variants = (*verdict.variants, ("negative_gradient", {}))
        status = verdict.status if others else "right"
        session.verdicts[NAME] = replace(verdict, status=status, variants=variants, findings=others)


def _once(session: Session) -> None:
    """A mistake that several functions get from the same helper stands at the first of them."""
    said: dict[str, str] = {}
    for name, verdict in session.verdicts.items():
        own = [
            f for f in verdict.findings if not (f.mistake in said and _shared(session, said[f.mistake], name))
        ]
        if len(own) < len(verdict.findings):
            status = verdict.status if own else "unchecked"
            session.verdicts[name] = replace(verdict, status=status, findings=tuple(own))
        said |= {found.mistake: name for found in own if found.mistake not in said}


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
