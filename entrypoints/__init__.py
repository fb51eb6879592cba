"""Where people and programs come in: command line and HTTP. Nothing imports this package."""
