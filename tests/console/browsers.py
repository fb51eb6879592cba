"""Which browser looks at the pages, and what of it nobody looks at."""

import shutil
from typing import Final

_PROGRAMS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same engine without windows: a page opened costs a third of what it costs the others."""

_UNSEEN: Final = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
"""The lists below the address bar, each a page with a process of its own that a window makes and draws."""

_DRIVERS: Final = (
    "AimEnabled",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
)
"""What Playwright switches off and may matter here: of two such arguments the browser hears the last."""

ARGUMENTS: Final = ("--no-sandbox", f"--disable-features={','.join((*_UNSEEN, *_DRIVERS))}")


def found() -> str | None:
    """The program's path."""
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
