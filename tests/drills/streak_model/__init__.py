"""A second, deliberately naive model of the streak rules, random lives to compare with, and the drive through the real ones."""
