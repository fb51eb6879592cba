"""The pages behind unsubscribe and confirmation links: public, without login, cookie or script.

What is asked here becomes acts, recorded like any other; GET and HEAD change nothing.
"""
