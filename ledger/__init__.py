"""What happened to contacts, and what it means: events, rules, store, recording, answers."""
