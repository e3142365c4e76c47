"""The arguments of a Trainer, checked before anything is trained."""

import logging
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from gradiente.averages import Average
from gradiente.data import Augmentation
from gradiente.diagnosis.of_architecture import applied_twice
from gradiente.errors import ArgumentError, is_whole, require
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.penalties import Penalty
from gradiente.training.callbacks import Callback

HOOKS = ("fit_begin", "epoch_begin", "step_begin", "epoch_end", "fit_end")
# The hooks of Keras and of Lightning, and a step's end, which is the next one's beginning.
_ELSEWHERE = {"train": "fit", "training": "fit", "batch": "step", "start": "begin", "finish": "end"}
log = logging.getLogger("gradiente")


def check_arguments(
    callbacks: Any, penalties: Any, augmentation: Any, average: Any, metrics: Any, seed: Any
) -> None:
    """Raise an ArgumentError for an argument that is of another kind, or a callback of which a hook is misspelt."""
    require(is_whole(seed, 0), "load.seed", value=repr(seed))
    require(_all_are(Penalty, penalties), "trainer.penalties", value=repr(penalties))
    require(isinstance(augmentation, Augmentation | None), "trainer.augmentation", value=repr(augmentation))
    require(isinstance(average, Average | None), "trainer.average", value=repr(average))
    named = not isinstance(metrics, str) and _all_are(str, metrics)
    require(named, "trainer.metrics", value=repr(metrics))
    require(_all_are(Callback, callbacks), "trainer.callbacks", value=repr(callbacks))
    for callback in callbacks:
        _check_hooks(type(callback))


def remark_on(network: Network, loss: Loss) -> None:
    """Say where the network ends with the function that its loss applies itself: a likely mistake."""
    last = network.layers[-1]
    if applied_twice(last, loss):
        log.warning(text("build.contained", last=type(last).__name__, loss=type(loss).__name__))


def _all_are(kind: type, entries: Any) -> bool:
    return isinstance(entries, Sequence) and all(isinstance(entry, kind) for entry in entries)


def _check_hooks(kind: type) -> None:
    """Raise an error for a method that is called like a hook, and would never be called."""
    for name in dir(kind):
        if name.startswith("_") or hasattr(Callback, name) or not callable(getattr(kind, name)):
            continue
        words = [_ELSEWHERE.get(word, word) for word in name.removeprefix("on_").lower().split("_")]
        near = get_close_matches("_".join(words), HOOKS, n=1, cutoff=0.85)
        if near or name.startswith("on_") or {*words} <= {"fit", "epoch", "step", "begin", "end"}:
            hint = near[0] if near else "step_begin" if "step" in words else "epoch_end"
            known = ", ".join(HOOKS)
            raise ArgumentError("callback.hook", kind=kind.__name__, name=name, known=known, nearest=hint)
