"""The tie between a child process and its parent, kept by the Linux kernel.

Also a program: ``python -I -S parent.py SIGNAL PARENT USER COMMAND…`` becomes ``COMMAND`` as ``USER``
(``-`` for the user it already is), tied to ``PARENT``. Being a program of its own, it needs no Python code
between fork and exec, which is not safe in a process with threads. It imports nothing of Keydesk: 25 ms.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def end_with_parent(signal_number: int = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Have the kernel send ``signal_number`` to this process when the thread that started it ends.

    ``parent`` is the process id that the parent must have: if it died before this call, end at once.
    Raises `OSError` where the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def become(user: str) -> None:
    """Give up root for ``user``, for good. Raises `KeyError` for a user that does not exist."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main(arguments: Sequence[str]) -> None:
    """Become the command; see the module's docstring."""
    signal_number, parent, user, *command = arguments
    if user != "-":
        become(user)
    # After the change of user, which makes the kernel forget the tie.
    end_with_parent(int(signal_number), parent=int(parent))
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted, and the command is our own parent's


if __name__ == "__main__":
    main(sys.argv[1:])
