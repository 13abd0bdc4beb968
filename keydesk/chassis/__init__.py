"""What two rooms need, and no business word: settings, database, messages, identity, problems.

The chassis imports no room. A thing belongs here once two rooms need it.
"""
