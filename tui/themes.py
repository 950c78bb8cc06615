"""The colours: a dark and a light theme of our own, one of high contrast and one without colour.

Beside them stand Textual's two that use the terminal's own sixteen colours.
"""

from __future__ import annotations

from textual.theme import Theme

DEFAULT = "thimble"

OWN = (
    Theme(
        name="thimble",
        primary="#6f9fd8",
        secondary="#8a93a6",
        accent="#e6b35c",
        warning="#e0a05a",
        error="#de7580",
        success="#8cbf82",
        foreground="#d6d9df",
        background="#14161a",
        surface="#1a1d23",
        panel="#22262e",
        boost="#23272f",
    ),
    Theme(
        name="paper",
        primary="#2f6298",
        secondary="#6b6459",
        accent="#9a4d12",
        warning="#94540a",
        error="#ab2c3b",
        success="#3c6e32",
        foreground="#2b2823",
        background="#faf7f0",
        surface="#f3efe5",
        panel="#e9e3d5",
        boost="#ece7db",
        dark=False,
    ),
    Theme(
        name="contrast",
        primary="#5fb7ff",
        secondary="#ffffff",
        accent="#ffdd33",
        warning="#ffb000",
        error="#ff6b6b",
        success="#66ff88",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
        boost="#2a2a2a",
        text_alpha=1.0,
    ),
    Theme(
        name="grey",
        primary="#b4b4b4",
        secondary="#9a9a9a",
        accent="#ffffff",
        warning="#e4e4e4",
        error="#ffffff",
        success="#cfcfcf",
        foreground="#d0d0d0",
        background="#141414",
        surface="#1b1b1b",
        panel="#262626",
        boost="#272727",
    ),
)

NAMES = {
    "thimble": "thimble · dark",
    "paper": "paper · light",
    "contrast": "contrast · dark",
    "grey": "grey · no colour",
    "ansi-dark": "the terminal's colours, dark",
    "ansi-light": "the terminal's colours, light",
}
"""Themes that the settings offer, in order, with what people call them."""
