"""A page's elements, as a test looks at them."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "wbr", "path", "circle", "rect"}


class Outline(HTMLParser):
    """Elements with attributes and text, in order; fails on tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text: list[str] = []
        self.elements.append((tag, dict(attrs), text))
        if tag not in VOID:
            self._open.append((tag, text))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        for _, text in self._open:
            text.append(data)

    def texts(self, tag: str) -> list[str]:
        """The words of each such element."""
        return [" ".join("".join(text).split()) for name, _, text in self.elements if name == tag]

    def fields(self) -> dict[str, str | None]:
        """Names and values of hidden fields; a later form's value wins."""
        return {
            str(attributes["name"]): attributes.get("value")
            for tag, attributes, _ in self.elements
            if tag == "input" and attributes.get("type") == "hidden"
        }
