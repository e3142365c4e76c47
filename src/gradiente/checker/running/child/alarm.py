"""An alarm in the main thread after some seconds: by the system's timer, or by a thread where it has none (Windows)."""

import _thread
import signal
import threading

HAS_TIMER = hasattr(signal, "setitimer")
NUMBER = signal.SIGALRM if HAS_TIMER else signal.SIGINT


class Alarm:
    """Calls handler(number, frame) in the main thread; setting it again replaces what was set.

    A thread does not interrupt one long call of the system, such as time.sleep, everywhere: the parent's deadline does.
    """

    def __init__(self, handler):
        self.timer = None
        signal.signal(NUMBER, handler)

    def set(self, seconds):
        """Set it; 0 for never."""
        if HAS_TIMER:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            return
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if seconds > 0:
            self.timer = threading.Timer(seconds, _thread.interrupt_main, (NUMBER,))
            self.timer.daemon = True
            self.timer.start()
