"""What happens when somebody presses or says something: one unit (load, rule, save), committed; then view and answer."""
