"""What happened to contacts, and what it means: events, acts, rules, store, recording, answers."""
