"""Runs of the lab without a browser: a page in Python, what it opens, and the same trained at once."""

import queue

from gradiente import Trainer
from gradiente.lab.frame import read_frame
from gradiente.lab.messages import message_of
from gradiente.lab.run import LabRun
from gradiente.lab.session import Session
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for

SPIRALS = {
    "data": {"name": "spirals", "samples": 100},
    "network": {"hidden": [6]},
    "descent": {"batch_size": 16},
}


class Page:
    """What a page does, in Python."""

    def __init__(self, limits=None):
        self.answers = queue.Queue()
        self.session = Session(self.answers.put, limits)

    def ask(self, **message):
        self.session.handle(message_of(message))

    def answer(self):
        return self.answers.get(timeout=20)

    def open(self, config=SPIRALS):
        self.ask(do="open", config=config, architecture=None)
        answer = self.answer()
        return answer["runs"][0] if answer.get("runs") else self.answer()

    def frame(self):
        answer = self.answer()
        assert isinstance(answer, bytes), answer
        return read_frame(answer)

    def states(self):
        """Of every run: its values, and its arrays."""
        self.ask(do="ready")
        values, arrays = self.frame()
        return [
            (
                {**own, "playing": values["playing"]},
                {name[2:]: array for name, array in arrays.items() if name.startswith(f"{place}/")},
            )
            for place, own in enumerate(values["runs"])
        ]

    def state(self):
        return self.states()[0]


def trained(steps):
    """The parameters of the same run, trained at once."""
    config = Config.from_dict(SPIRALS)
    train, _ = load_for(config)
    planned = plan(config, train)
    trainer = planned.trainer([])
    assert isinstance(trainer, Trainer)
    descent = planned.config.descent
    trainer.fit(train, validation=0.1, epochs=1000, batch_size=descent.batch_size, max_steps=steps)
    return planned.network


MOONS = "#name=moons&noise=0.15&hidden=3&activations=Tanh()&batch_size=64&lr=0.03&optimizer=Adam"


def moons(step):
    """The run of that address, after so many steps."""
    config = {
        "data": {"name": "moons", "noise": 0.15, "samples": 300},
        "network": {"hidden": [3], "activation": "Tanh()"},
        "descent": {"optimizer": "Adam(lr=0.03)", "batch_size": 64},
    }
    run = LabRun(Config.from_dict(config))
    run.go_to(step)
    return run


class Line:
    """The connections of a page in a browser to its server; the newest is cut on both sides."""

    def __init__(self):
        self.ends = []

    def watch(self, page):
        page.route_web_socket("**/session*", self._passed)

    def _passed(self, socket):
        self.ends.append((socket, socket.connect_to_server()))

    def cut(self):
        for end in self.ends[-1]:
            end.close(code=1001)


def at(page, step):
    """Wait until a page in a browser is at that step."""
    page.wait_for_function(f"document.querySelector('#where')?.textContent.endsWith(' {step}')")


def link(page, *parts):
    """What follows the # of its address, once these parts are in it: the address is written after the page."""
    page.wait_for_function(
        "parts => parts.every((part) => (location.hash + '&').includes(part))", arg=list(parts)
    )
    return page.url.split("#")[1]
