"""The tie between a child process and its parent, kept by the Linux kernel."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(signal_number: int = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Have the kernel send ``signal_number`` to this process when the thread that started it ends.

    ``parent`` is the process id that the parent must have: if it died before this call, end at once.
    Raises `OSError` where the kernel refuses.
    """
    if _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
