"""Guards: what must stay complete, told by tools and not by memory."""
