# Serves the operations of an agent that is written in Python: reads lines, calls a method, answers.
import sys
import traceback
import urllib.parse

SAFE = "-_./*"


class Cannot(Exception):
    """This client has no such call."""


class Failed(Exception):
    """An operation failed, with Kafka's number or the library's own."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def encode(value):
    return urllib.parse.quote(value if isinstance(value, (bytes, str)) else str(value), safe=SAFE)


def split(text):
    return [urllib.parse.unquote_to_bytes(part) for part in text.split(":")]


class Fields:
    """The fields of a line: each may come several times, or not at all."""

    def __init__(self, words):
        self.pairs = [word.split("=", 1) for word in words]

    def bytes(self, name, default=None):
        for key, value in self.pairs:
            if key == name:
                return urllib.parse.unquote_to_bytes(value)
        return default

    def text(self, name, default=None):
        value = self.bytes(name)
        return default if value is None else value.decode()

    def int(self, name, default=None):
        value = self.bytes(name)
        return default if value is None else int(value)

    def flag(self, name):
        return self.int(name, 0) == 1

    def texts(self, name):
        return [urllib.parse.unquote(value) for key, value in self.pairs if key == name]

    def lists(self, name):
        """Values of several parts, as lists of text."""
        return [[part.decode() for part in split(value)] for key, value in self.pairs if key == name]

    def headers(self):
        found = []
        for key, value in self.pairs:
            if key == "header":
                pieces = split(value)
                found.append((pieces[0].decode(), pieces[1] if len(pieces) > 1 else None))
        return found


class Record:
    def __init__(self, fields):
        self.value, self.key = fields.bytes("value"), fields.bytes("key")
        self.headers, self.timestamp = fields.headers(), fields.int("timestamp")


def row(**fields):
    """A line of the answer; fields that are None are left out."""
    words = ["row"]
    for name, value in fields.items():
        if name == "headers":
            for key, content in value or []:
                words.append(f"header={encode(key)}" + ("" if content is None else f":{encode(content)}"))
        elif value is not None:
            words.append(f"{name.replace('_', '-')}={encode(value)}")
    print("\t".join(words))


def serve(client):
    """Reads operations until the input ends. An operation `a-b` is the method `op_a_b`; `code_of` makes a number of
    the library's exceptions, or None for those that are none of its."""
    pending = []
    for line in sys.stdin:
        operation, *words = line.rstrip("\n").split("\t")
        try:
            fields = Fields(words)
            if operation == "record":
                pending.append(Record(fields))
                continue
            if operation == "fill":
                size = fields.int("size")
                for number in range(fields.int("count")):
                    fill = Record(fields)
                    fill.value = (fields.text("prefix") + str(number)).encode().ljust(size, b".")
                    pending.append(fill)
                print("ok", flush=True)
                continue
            method = getattr(client, "op_" + operation.replace("-", "_"), None)
            if method is None:
                raise Cannot(operation)
            if operation == "send":
                records, pending = pending, []
                method(fields, records)
            else:
                method(fields)
            print("ok", flush=True)
        except Cannot as reason:
            print(f"cannot\ttext={encode(str(reason))}", flush=True)
        except Failed as failure:
            print(f"error\tcode={failure.code}\ttext={encode(str(failure))}", flush=True)
        except Exception as error:
            code = client.code_of(error)
            if code is None:
                traceback.print_exc()
            text = f"{type(error).__name__}: {error}"
            print(f"error\tcode={-1 if code is None else code}\ttext={encode(text[:300])}", flush=True)
