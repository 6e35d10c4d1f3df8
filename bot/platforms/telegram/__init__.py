"""Telegram: the one folder that speaks the Bot API (`platform.Telegram` implements `bot.platforms.port.Platform`)."""
