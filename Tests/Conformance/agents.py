# Starts a client's agent, a process that carries out one operation after the other, and speaks to it by lines.
"""An operation is one line: its name, then fields `name=value`, parted by tabs. The answer is any number of lines
`row` with fields, then one of `ok`, `error` (fields `code`, Kafka's number or the library's negative one, and
`text`) and `cannot` (the client has no such call). Values are percent-encoded, so that any bytes fit; a field that
is not there is null. Values of several parts are parted by colons, and each part is encoded."""

import os
import queue
import signal
import subprocess
import threading
import urllib.parse

SAFE = "-_./*"


class Cannot(Exception):
    """The client has no call for what was asked."""


class Refused(Exception):
    """The client ended an operation with an error."""

    def __init__(self, code, text):
        super().__init__(f"{text} ({code})")
        self.code = code


class Silent(Exception):
    """The agent did not answer in time, or ended."""


def encode(value):
    if isinstance(value, bool):
        value = int(value)
    if not isinstance(value, (bytes, str)):
        value = str(value)
    return urllib.parse.quote(value, safe=SAFE)


def parts(*values):
    """Several values as one: `topic:partition:offset`."""
    return ":".join(encode(value) for value in values)


def split(text):
    return [urllib.parse.unquote_to_bytes(part) for part in text.split(":")]


class Raw(str):
    """A value that is encoded already."""


class Row:
    """The fields of one line of an answer."""

    def __init__(self, fields):
        self.fields = [field.split("=", 1) for field in fields]

    def bytes(self, name):
        for key, value in self.fields:
            if key == name:
                return urllib.parse.unquote_to_bytes(value)
        return None

    def text(self, name):
        value = self.bytes(name)
        return None if value is None else value.decode()

    def int(self, name):
        value = self.bytes(name)
        return None if value is None else int(value)

    def all(self, name):
        return [value for key, value in self.fields if key == name]

    @property
    def partition(self):
        return self.int("partition")

    @property
    def offset(self):
        return self.int("offset")

    @property
    def value(self):
        return self.bytes("value")

    @property
    def key(self):
        return self.bytes("key")

    @property
    def headers(self):
        found = []
        for header in self.all("header"):
            pieces = split(header)
            found.append((pieces[0].decode(), pieces[1] if len(pieces) > 1 else None))
        return found

    def __repr__(self):
        return "{" + ", ".join(f"{key}={value[:60]}" for key, value in self.fields) + "}"


class Agent:
    def __init__(self, command, bootstrap, log):
        self.process = subprocess.Popen(
            [*command, bootstrap], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1,
            encoding="ascii", start_new_session=True)
        self.lines = queue.Queue()
        self.lock = threading.Lock()
        self.healthy = True
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def record(self, value=None, key=None, headers=(), timestamp=None):
        """Adds a record to those that the next `send` takes."""
        fields = []
        if value is not None:
            fields.append(("value", value))
        if key is not None:
            fields.append(("key", key))
        if timestamp is not None:
            fields.append(("timestamp", timestamp))
        for name, content in headers:
            fields.append(("header", Raw(parts(name) if content is None else parts(name, content))))
        self._write("record", fields)

    def _write(self, operation, fields):
        line = [operation]
        for name, value in fields:
            line.append(f"{name}={value if isinstance(value, Raw) else encode(value)}")
        try:
            self.process.stdin.write("\t".join(line) + "\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            self.healthy = False
            raise Silent("the client's process ended") from None

    def call(self, operation, wait=30, **fields):
        """Carries an operation out; a list stands for a field given several times, None for one not given."""
        flat = []
        for name, value in fields.items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    flat.append((name.replace("_", "-"), one))
        with self.lock:
            self._write(operation, flat)
            rows = []
            while True:
                try:
                    line = self.lines.get(timeout=wait)
                except queue.Empty:
                    self.healthy = False
                    raise Silent(f"no answer to {operation} within {wait} s") from None
                if line is None:
                    self.healthy = False
                    raise Silent(f"the client's process ended in {operation}")
                word, *rest = line.split("\t")
                row = Row(rest)
                if word == "row":
                    rows.append(row)
                elif word == "ok":
                    return rows
                elif word == "cannot":
                    raise Cannot(row.text("text") or operation)
                elif word == "error":
                    raise Refused(row.int("code"), row.text("text"))

    def kill(self):
        """Ends the process as a crash would: nothing is left or closed in an orderly way."""
        self.healthy = False
        self.signal(signal.SIGKILL)
        self.process.wait()

    def signal(self, number):
        """To the process and those that it started, which are kcat's members."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def end(self):
        try:
            self.process.stdin.close()
            self.process.wait(timeout=3)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            self.kill()


class Pool:
    """Agents of one client for one broker, which checks take and give back."""

    def __init__(self, command, bootstrap, log):
        self.command, self.bootstrap, self.log = command, bootstrap, log
        self.idle = []
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            if self.idle:
                return self.idle.pop()
        return Agent(self.command, self.bootstrap, self.log)

    def give(self, agent):
        if agent.healthy:
            try:
                agent.call("reset", wait=15)
                with self.lock:
                    self.idle.append(agent)
                return
            except (Silent, Refused):
                pass
        agent.kill()

    def end(self):
        for agent in self.idle:
            agent.end()
