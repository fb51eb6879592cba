"""Where people and programs come in: command line, HTTP, console, demo. Nothing imports this package."""
