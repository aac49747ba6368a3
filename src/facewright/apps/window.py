"""A window that shows pictures as they come, by Tk, which comes with most Pythons."""

import tkinter
from types import TracebackType
from typing import Self

from PIL import Image, ImageTk

from facewright.core.pictures import Pixels, resize_picture


class Window:
    """A context manager. Escape, q or closing it ends it. Raises RuntimeError where there is no display."""

    def __init__(self, title: str) -> None:
        try:
            self.root = tkinter.Tk()
        except tkinter.TclError as error:
            raise RuntimeError(str(error)) from error
        self.root.title(title)
        self.open = True
        self._shown: ImageTk.PhotoImage | None = None  # Tk does not keep it
        self._place = tkinter.Label(self.root, background="black")
        self._place.pack(expand=True, fill="both")
        self._most = max(320, int(0.8 * min(self.root.winfo_screenwidth(), self.root.winfo_screenheight())))
        for key in ("<Escape>", "q"):
            self.root.bind(key, lambda _: self.close())
        self.root.protocol("WM_DELETE_WINDOW", self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.root.destroy()

    def close(self) -> None:
        """The person has seen enough."""
        self.open = False

    def show(self, picture: Pixels) -> bool:
        """Show an RGB picture (H, W, 3); False when the window was closed."""
        self._shown = ImageTk.PhotoImage(Image.fromarray(resize_picture(picture, self._most)))
        self._place.configure(image=self._shown)
        self.root.update()
        return self.open
