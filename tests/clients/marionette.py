"""Marionette, the remote control of Mozilla's programs: JSON with a length before it, over TCP."""

import json
import socket


class MarionetteError(Exception):
    pass


class Marionette:
    def __init__(self, port=2828, deadline=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=deadline)
        self.file = self.socket.makefile("rb")
        self.number = 0
        self.read()  # the greeting
        self.call("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})
        self.call("Marionette:SetContext", {"value": "chrome"})
        self.call("WebDriver:SetTimeouts", {"script": deadline * 1000})

    def read(self):
        digits = b""
        while (byte := self.file.read(1)) != b":":
            if not byte:
                raise MarionetteError("the program closed the connection")
            digits += byte
        return json.loads(self.file.read(int(digits)))

    def call(self, command, parameters):
        self.number += 1
        data = json.dumps([0, self.number, command, parameters]).encode("utf-8")
        self.socket.sendall(b"%d:%s" % (len(data), data))
        _, _, problem, result = self.read()
        if problem:
            raise MarionetteError("%s: %s" % (problem["error"], problem["message"]))
        return result

    def run(self, script, *arguments):
        """The value of an asynchronous function's body, run with the rights of the program."""
        body = ("const done = arguments[arguments.length - 1]; const given = [...arguments];"
                "(async () => {%s})().then(v => done({value: v === undefined ? null : v}),"
                "e => done({problem: String(e) + ' ' + (e && e.stack)}));" % script)
        result = self.call("WebDriver:ExecuteAsyncScript",
                           {"script": body, "args": list(arguments), "sandbox": "system",
                            "newSandbox": False})["value"]
        if "problem" in result:
            raise MarionetteError(result["problem"])
        return result["value"]

    def quit(self):
        try:
            self.call("Marionette:Quit", {"flags": ["eForceQuit"]})
        except (MarionetteError, OSError):
            pass
        self.socket.close()
