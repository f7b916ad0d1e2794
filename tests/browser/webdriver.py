"""W3C WebDriver over HTTP: the remote control of a browser, with chromedriver's own commands."""

import base64
import http.client
import json
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of a reference, as the standard fixes it
TAB, ENTER = "\ue004", "\ue007"


class WebDriverError(Exception):
    """code is the standard's word: "no such element", "stale element reference", ..."""

    def __init__(self, code, message):
        super().__init__("%s: %s" % (code, message.split("\n")[0]))
        self.code = code


def wait_until(condition, seconds, what):
    """Polls until the condition holds; what it returned then. AssertionError after the deadline."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError("not within %g s: %s" % (seconds, what))
        time.sleep(0.02)


class Session:
    """One browser window, made by the driver that listens on the port."""

    deadline = 60  # seconds for one command

    def __init__(self, port, capabilities):
        self.port = port
        self.path = "/session"
        made = self.call("POST", "", {"capabilities": {"alwaysMatch": capabilities}})
        self.path += "/" + made["sessionId"]
        self.capabilities = made["capabilities"]

    def call(self, method, command, parameters=None):
        """What the command returns. Elements come back as Element, and may be handed over."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.deadline)
        try:
            body = None if parameters is None else json.dumps(parameters, default=reference)
            connection.request(method, self.path + command, body,
                               {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read(),
                                object_hook=lambda value: self.element_of(value))["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise WebDriverError(answer["error"], answer["message"])
        return answer

    def element_of(self, value):
        return Element(self, value[ELEMENT]) if ELEMENT in value else value

    def end(self):
        self.call("DELETE", "")

    def go(self, url):
        """Opens a page; returns when it is loaded."""
        self.call("POST", "/url", {"url": url})

    def back(self):
        self.call("POST", "/back", {})

    def reload(self):
        self.call("POST", "/refresh", {})

    @property
    def url(self):
        return self.call("GET", "/url")

    @property
    def title(self):
        return self.call("GET", "/title")

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})

    def find_all(self, selector):
        return self.call("POST", "/elements", {"using": "css selector", "value": selector})

    def find_link(self, text):
        return self.call("POST", "/element", {"using": "link text", "value": text})

    @property
    def focused(self):
        return self.call("GET", "/element/active")

    def press(self, *keys):
        """Types keys where the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys",
                                                    "actions": strokes}]})

    def run(self, script, *arguments):
        """The value of a function's body."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_promise(self, script, *arguments):
        """What the promise comes to that a function's body returns."""
        return self.call("POST", "/execute/async", {
            "script": "const given = [...arguments], done = given.pop();"
                      "(async function () {%s}).apply(null, given).then(done,"
                      " e => done({error: 'javascript error', message: String(e)}));" % script,
            "args": list(arguments)})

    def wait(self, condition, what, seconds=10):
        return wait_until(condition, seconds, what)

    @property
    def dialog(self):
        """The text of an open dialog, or None."""
        try:
            return self.call("GET", "/alert/text")
        except WebDriverError as error:
            if error.code != "no such alert":
                raise
            return None

    @property
    def cookies(self):
        return self.call("GET", "/cookie")

    def screenshot(self):
        """PNG of what the window shows."""
        return base64.b64decode(self.call("GET", "/screenshot"))

    def cdp(self, command, **parameters):
        """A command of the browser's developer tools; chromedriver only."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def log(self, kind):
        """What was written to a log ("browser", "performance") since it was last asked for."""
        return self.call("POST", "/se/log", {"type": kind})


class Element:
    def __init__(self, session, identity):
        self.session = session
        self.identity = identity

    def call(self, method, command, parameters=None):
        return self.session.call(method, "/element/%s%s" % (self.identity, command), parameters)

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})

    def find_all(self, selector):
        return self.call("POST", "/elements", {"using": "css selector", "value": selector})

    def click(self):
        self.call("POST", "/click", {})

    def type(self, text):
        self.call("POST", "/value", {"text": text})

    def clear(self):
        self.call("POST", "/clear", {})

    def attribute(self, name):
        return self.call("GET", "/attribute/" + name)

    def value(self, name="value"):
        """A property, as scripts see it."""
        return self.call("GET", "/property/" + name)

    def style(self, name):
        return self.call("GET", "/css/" + name)

    @property
    def text(self):
        return self.call("GET", "/text")

    @property
    def label(self):
        return self.call("GET", "/computedlabel")

    @property
    def is_shown(self):
        return self.call("GET", "/displayed")

    @property
    def box(self):
        """x, y, width, height in CSS pixels of the page."""
        return self.call("GET", "/rect")

    def screenshot(self):
        return base64.b64decode(self.call("GET", "/screenshot"))


def reference(value):
    """An element as JSON."""
    if isinstance(value, Element):
        return {ELEMENT: value.identity}
    raise TypeError("%r is no JSON" % (value,))
