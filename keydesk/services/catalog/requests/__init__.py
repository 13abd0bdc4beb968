"""Requests: to hand licenses over, to get some assigned, or anything else; support decides (G24, G25, C4)."""
