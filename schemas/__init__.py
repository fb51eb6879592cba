"""Contracts on the wire: message models, generated JSON Schemas, the AsyncAPI document (DESIGN §12)."""
