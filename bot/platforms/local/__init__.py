"""The local chat: a page on this computer, no account. `platform.LocalChat` is the door; the rest is one question a module."""
