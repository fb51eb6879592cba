"""Values as those see them who may not read them: enough to recognise, too little to use."""

_SHOWN = 4
HIDDEN = "***"


def masked(kind: str, value: str | None) -> str | None:
    """`a***@example.com`, `+1******0100`; other kinds keep their last characters. None stays None (erased)."""
    if value is None:
        return None
    if kind == "email":
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}***@{domain}"
    if kind == "phone":
        hidden = max(len(value) - 2 - _SHOWN, 0)
        return value[:2] + "*" * hidden + value[2 + hidden :] if hidden else "*" * len(value)
    return HIDDEN + (value[-_SHOWN:] if len(value) > 2 * _SHOWN else "")


def masked_text(text: str | None) -> str | None:
    """A name or other free text: its first letter."""
    return f"{text[:1]}***" if text else text
