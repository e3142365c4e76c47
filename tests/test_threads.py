import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from gradiente.threads import WORTH_SHARING, share, single_threaded_products

pytestmark = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")


def test_parts_are_in_order_and_cover_every_instance_once():
    with threadpool_limits(2):
        parts = share(list, 7, WORTH_SHARING)
    assert len(parts) == 2
    assert [i for part in parts for i in part] == list(range(7))


def test_little_work_and_one_thread_are_not_shared():
    with threadpool_limits(2):
        assert share(list, 7, WORTH_SHARING - 1) == [list(range(7))]
        assert share(list, 1, WORTH_SHARING) == [[0]]
    with threadpool_limits(1):
        assert share(list, 7, WORTH_SHARING) == [list(range(7))]


def test_the_linear_algebra_keeps_to_one_thread_while_batches_are_shared():
    def products():
        return max(
            library.get_num_threads()
            for library in ThreadpoolController().select(user_api="blas").lib_controllers
        )

    with threadpool_limits(2):
        with single_threaded_products():
            assert products() == 1
            assert len(share(list, 7, WORTH_SHARING)) == 2
            assert products() == 1
        assert products() == 2
        with single_threaded_products(), single_threaded_products():
            pass
        assert products() == 2
    with threadpool_limits(1), single_threaded_products():
        assert share(list, 7, WORTH_SHARING) == [list(range(7))]


def test_parts_run_side_by_side():
    meeting = threading.Barrier(2, timeout=20)
    with threadpool_limits(2):
        share(lambda part: meeting.wait(), 2, WORTH_SHARING)


def test_what_the_caller_said_of_floating_point_errors_holds_in_every_part():
    def overflow(part):
        return np.float32(1e38) * np.full(3, 10, np.float32)

    with threadpool_limits(2), np.errstate(over="ignore"):
        assert all(np.isinf(value).all() for value in share(overflow, 2, WORTH_SHARING))
    with threadpool_limits(2), np.errstate(over="raise"), pytest.raises(FloatingPointError):
        share(overflow, 2, WORTH_SHARING)


def test_while_one_batch_is_shared_another_threads_is_not():
    inside, finished = threading.Event(), threading.Event()

    def slow(part):
        inside.set()
        assert finished.wait(timeout=20)

    first = threading.Thread(target=lambda: share(slow, 4, WORTH_SHARING))
    with threadpool_limits(2):
        first.start()
        assert inside.wait(timeout=20)
        parts = share(list, 4, WORTH_SHARING)
        finished.set()
        first.join(timeout=20)
    assert parts == [[0, 1, 2, 3]]


def test_an_error_in_any_part_is_the_callers():
    def fail(part):
        if 5 in part:
            raise KeyError("five")

    with threadpool_limits(2), pytest.raises(KeyError, match="five"):
        share(fail, 6, WORTH_SHARING)


def test_a_forked_process_has_threads_of_its_own():
    script = """
import os
import numpy
from threadpoolctl import ThreadpoolController, threadpool_limits
from gradiente.threads import WORTH_SHARING, share, single_threaded_products
threadpool_limits(2)
share(list, 4, WORTH_SHARING)
child = os.fork()
if child == 0:
    os._exit(len(share(list, 4, WORTH_SHARING)))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "2\n", done.stderr
