"""Pages of the support desk: the queue of requests in figures and lines, and deciding one."""
