"""Make the calling thread, and those that its maths library starts for it, go last. Best effort, never an error."""

import ctypes
import os
import sys
import threading
from contextlib import suppress

_NICEST = 19
_QOS_UTILITY = 0x11  # <sys/qos.h>
_THREAD_PRIORITY_LOWEST = -2


def lower_own_priority() -> None:
    """Call it before the thread's first torch operation, whose workers are then its children."""
    with suppress(OSError, AttributeError):
        if sys.platform == "win32":
            kernel = ctypes.windll.kernel32
            kernel.SetThreadPriority(kernel.GetCurrentThread(), _THREAD_PRIORITY_LOWEST)
        elif sys.platform == "darwin":
            ctypes.CDLL(None).pthread_set_qos_class_self_np(_QOS_UTILITY, 0)
        else:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICEST)  # on Linux a thread has its own
