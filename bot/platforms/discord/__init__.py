"""Discord: discord.py's client and HTTP, our own durable inbox, one message for each living card."""
