"""Sessions that share the cores."""

import threading

from gradiente.lab.turns import Turns

WAIT = 20  # seconds, of a test that fails


def test_no_more_work_at_once_than_there_are_places():
    turns, working, most, lock = Turns(2), 0, 0, threading.Lock()
    both = threading.Event()

    def work():
        nonlocal working, most
        for _ in range(3):
            with turns.turn():
                with lock:
                    working += 1
                    most = max(most, working)
                    if most == 2:
                        both.set()
                both.wait(WAIT)  # the first one, for a second one
                with lock:
                    working -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert most == 2


def test_who_has_waited_longest_is_next():
    turns, order = Turns(1), []
    entered, again = threading.Event(), threading.Event()

    def busy():
        for number in range(3):
            with turns.turn():
                order.append(f"busy {number}")
                entered.set()
                again.wait(WAIT)

    def other(name):
        with turns.turn():
            order.append(name)

    first = threading.Thread(target=busy)
    first.start()
    entered.wait(WAIT)
    others = []
    for name in ("a", "b"):
        others.append(threading.Thread(target=other, args=(name,)))
        others[-1].start()
        while turns.waiting < len(others):
            pass
    again.set()
    for thread in (first, *others):
        thread.join(WAIT)
    assert order == ["busy 0", "a", "b", "busy 1", "busy 2"]


def test_a_place_is_free_again_after_an_error():
    turns = Turns(1)
    for _ in range(2):
        try:
            with turns.turn():
                raise RuntimeError
        except RuntimeError:
            pass
    with turns.turn():
        pass
