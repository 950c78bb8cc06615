"""What is seen before there is anything to search."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

TEXT = """\
[b]Nothing indexed yet[/b]

Choose a folder to search. Its text stays on this
machine. Your files are read, never changed.

 [b]a[/b]   add a folder
 [b]?[/b]   all keys
 [b]q[/b]   quit"""


class Welcome(Static, can_focus=True):
    """The box of the first run. It has the focus, so its letters and Enter work at once."""

    BINDING_GROUP_TITLE = "Welcome"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "app.add_folder", "Add a folder"),
        Binding("enter", "app.add_folder", "Add a folder", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(TEXT, id="welcome")
