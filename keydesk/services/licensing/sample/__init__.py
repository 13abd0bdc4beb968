"""A sample that we wrote: products, customers and orders of a made-up seller of business software.

``python -m keydesk.services.licensing.sample.generate`` writes the files; no company or product exists.
"""
