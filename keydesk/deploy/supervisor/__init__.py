"""Runs programs in the foreground, ties their lives to ours, and starts again those that die.

Knows nothing of Keydesk: what to run, and how to tell that it is ready, is in a `Program`.
"""

from keydesk.deploy.supervisor.process import Process, State
from keydesk.deploy.supervisor.program import Program, ProgramFailed, Readiness
from keydesk.deploy.supervisor.supervisor import Supervisor

__all__ = ["Process", "Program", "ProgramFailed", "Readiness", "State", "Supervisor"]
