"""The main job as a customer does it, from signing up to reading the confirmation: nothing but a client.

It knows the public API and the mailbox, and none of the code behind them. Only what reads the license file
offline is ours.
"""

from keydesk.deploy.main_job.client import StepFailed
from keydesk.deploy.main_job.steps import MainJob, Step

__all__ = ["MainJob", "Step", "StepFailed"]
