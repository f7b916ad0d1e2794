"""JSON-RPC over a program's standard input and output, one message a line."""

import json
import queue
import subprocess
import threading


class RpcError(Exception):
    pass


class Rpc:
    def __init__(self, command, environment, log):
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=log)
        self.number = 0
        self.replies = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.replies.put(json.loads(line))

    def call(self, method, *parameters, deadline=120):
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": method,
                   "params": list(parameters)}
        self.process.stdin.write(json.dumps(request).encode("utf-8") + b"\n")
        self.process.stdin.flush()
        while True:
            try:
                reply = self.replies.get(timeout=deadline)
            except queue.Empty:
                raise RpcError("%s: no answer within %d s" % (method, deadline)) from None
            if reply.get("id") != self.number:
                continue
            if "error" in reply:
                raise RpcError(reply["error"]["message"])
            return reply["result"]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
