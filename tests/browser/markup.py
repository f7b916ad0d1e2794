"""A page's HTML as it was sent, for questions that a browser does not answer."""

import html.parser
import re

ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "srcset", "cite"}


class Markup(html.parser.HTMLParser):
    """elements: pairs of name and attributes; inside: what stands in style and script."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.elements and self.elements[-1][0] in ("style", "script"):
            self.inside += data.strip()

    def all(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]

    def inline(self):
        """What a strict policy forbids: handlers, styles and scripts in the page itself."""
        found = ["<%s %s>" % (tag, name) for tag, attributes in self.elements
                 for name in attributes if name.startswith("on") or name == "style"]
        return found + [tag for tag, _ in self.elements if tag == "style"] + (
            [self.inside] if self.inside else [])

    def loaded(self):
        """Addresses that a browser asks for by itself."""
        found = [attributes.get("src") for tag, attributes in self.elements
                 if tag in ("img", "script", "iframe", "embed", "audio", "video", "source")]
        found += [link.get("href") for link in self.all("link")]
        return [address for address in found if address]

    def scripted_links(self):
        return [value for _, attributes in self.elements for name, value in attributes.items()
                if name in ADDRESSES and value
                and re.match(r"\s*(javascript|data|vbscript):", value, re.I)]
