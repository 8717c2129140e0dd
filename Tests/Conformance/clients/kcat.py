# The agent of kcat: each operation runs the program, and members of groups are programs that go on running.
import json
import queue
import re
import subprocess
import sys
import threading
import time

from agent import Cannot, Failed, row, serve

WAIT = 20
# What kcat prints, by librdkafka's words, and Kafka's number for it.
WORDS = [
    ("Unknown topic or partition", 3), ("Message size too large", 10), ("Offset out of range", 1),
    ("Unknown partition", 3), ("Local: Unknown topic", 3), ("Message timed out", 7), ("Invalid topic", 17),
    ("fenced by other consumer", 82), ("Invalid session timeout", 26), ("failed to validate record", 87),
    ("Inconsistent group protocol", 23)]
# One line for each record: JSON keeps nothing of bytes, so lengths and bytes are printed apart.
FORMAT = "%t %p %o %T %S %K\n%s\n%k\n%h\n"


def fail(text):
    for words, code in WORDS:
        if words in text:
            raise Failed(code, text.strip().splitlines()[-1][:200])
    raise Failed(-1, text.strip()[-200:] or "kcat failed without a word")


class Member:
    """A kcat that goes on reading; its output is taken apart on a thread."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.records, self.errors, self.assignment = queue.Queue(), [], []
        self.output = self.process.stdout
        threading.Thread(target=self.read, daemon=True).start()
        threading.Thread(target=self.listen, daemon=True).start()

    def exactly(self, count):
        found = b""
        while len(found) < count:
            piece = self.output.read(count - len(found))
            if not piece:
                raise EOFError
            found += piece
        return found

    def line(self):
        found = b""
        while True:
            byte = self.exactly(1)
            if byte == b"\n":
                return found
            found += byte

    def read(self):
        try:
            while True:
                topic, partition, offset, timestamp, size, key_size = self.line().decode().split(" ")
                value = self.exactly(max(0, int(size)) + 1)[:-1]
                key = self.exactly(max(0, int(key_size)) + 1)[:-1]
                headers = []
                text = self.line().decode()
                for pair in text.split(",") if text else []:
                    name, _, content = pair.partition("=")
                    headers.append((name, None if content == "NULL" else content))
                self.records.put({
                    "topic": topic, "partition": partition, "offset": offset, "timestamp": timestamp,
                    "value": None if size == "-1" else value, "key": None if key_size == "-1" else key,
                    "headers": headers})
        except EOFError:
            pass

    def listen(self):
        for raw in self.process.stderr:
            text = raw.decode(errors="replace")
            if " rebalanced" in text:
                places = [(name, int(number)) for name, number in re.findall(r"([^\s,]+) \[(\d+)\]", text)]
                rest = [place for place in self.assignment if place not in places] if "incremental" in text else []
                self.assignment = rest + places if "assign" in text else rest
            elif "ERROR" in text:
                self.errors.append(text)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Client:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.producers, self.consumers, self.open = {}, {}, {}

    def code_of(self, error):
        return None

    def base(self, *words):
        return ["kcat", "-b", self.bootstrap, "-X", "topic.metadata.refresh.interval.ms=1000", *words]

    def op_reset(self, fields):
        for member in self.consumers.values():
            if member.get("process"):
                member["process"].end()
        self.producers, self.consumers, self.open = {}, {}, {}

    def op_producer(self, fields):
        settings = {"acks": fields.text("acks", "all"), "linger.ms": fields.int("linger", 5),
                    "compression.codec": fields.text("compression", "none"), "message.timeout.ms": 15000}
        if fields.flag("idempotent"):
            settings["enable.idempotence"] = "true"
        if fields.text("transactional"):
            settings["transactional.id"] = fields.text("transactional")
            settings["transaction.timeout.ms"] = fields.int("txn-timeout", 15000)
        if fields.int("batch"):
            settings["batch.size"] = fields.int("batch")
        if fields.int("max-request"):
            settings["message.max.bytes"] = fields.int("max-request")
        self.producers[fields.text("id")] = settings

    def op_send(self, fields, records):
        settings = self.producers[fields.text("id")]
        if any(record.timestamp is not None for record in records):
            raise Cannot("timestamps of records")
        headers = records[0].headers
        if any(record.headers != headers for record in records):
            raise Cannot("headers that differ from record to record")
        if any(content is None for _, content in headers):
            raise Cannot("headers without a value")
        command = self.base("-P", "-t", fields.text("topic"))
        if fields.int("partition") is not None:
            command += ["-p", str(fields.int("partition"))]
        for name, value in settings.items():
            command += ["-X", f"{name}={value}"]
        for name, content in headers:
            command += ["-H", f"{name}={content.decode()}"]
        keyed = any(record.key is not None for record in records)
        lines = []
        if any(record.value is None for record in records):
            command += ["-Z"]
        elif any(record.value == b"" for record in records) and not keyed:
            raise Cannot("a value that is empty")
        for record in records:
            value = record.value or b""
            if b"\x1e" in value:
                raise Cannot("a value with its separator")
            lines.append((record.key or b"") + b"\x1f" + value if keyed else value)
        command += ["-D", "\\x1e"] + (["-K", "\\x1f"] if keyed else [])
        if "transactional.id" in settings:
            # One run of kcat is one transaction, so what is sent waits for its commit.
            if self.open.setdefault(fields.text("id"), []):
                raise Cannot("a transaction of several sends")
            self.open[fields.text("id")].append((command, lines))
        else:
            self.run(command, lines)
        for _ in records:
            row(partition=fields.int("partition", -1))

    def run(self, command, lines):
        run = subprocess.run(command, input=b"\x1e".join(lines), capture_output=True, timeout=WAIT + 5)
        if run.returncode != 0 or b"ERROR" in run.stderr or b"failed" in run.stderr:
            fail(run.stderr.decode())

    def op_init_transactions(self, fields):
        self.open[fields.text("id")] = []

    def op_begin(self, fields):
        if fields.flag("open"):
            raise Cannot("records sent before the commit")
        self.open[fields.text("id")] = []

    def op_commit_transaction(self, fields):
        for command, lines in self.open.pop(fields.text("id")):
            self.run(command, lines)

    def op_close_producer(self, fields):
        self.producers.pop(fields.text("id"))

    def op_consumer(self, fields):
        settings = {
            "auto.offset.reset": fields.text("reset", "earliest").replace("none", "error"),
            "isolation.level": fields.text("isolation", "read_uncommitted"), "heartbeat.interval.ms": 500,
            "fetch.wait.max.ms": fields.int("max-wait", 100), "fetch.min.bytes": fields.int("min-bytes", 1),
            "session.timeout.ms": fields.int("session", 6000), "auto.commit.interval.ms": 500,
            "enable.auto.commit": "true" if fields.flag("auto-commit") else "false",
            "partition.assignment.strategy": fields.text("assignor", "range")}
        if fields.text("assignor") == "sticky":
            raise Cannot("no assignor sticky")
        if fields.int("session", 0) > 300000:
            settings["max.poll.interval.ms"] = fields.int("session")
        if fields.text("instance"):
            settings["group.instance.id"] = fields.text("instance")
        if fields.int("fetch-max"):
            settings["fetch.max.bytes"] = fields.int("fetch-max")
            settings["message.max.bytes"] = min(fields.int("fetch-max"), 1000)
        if fields.int("partition-max"):
            settings["max.partition.fetch.bytes"] = fields.int("partition-max")
        self.consumers[fields.text("id")] = {"settings": settings, "group": fields.text("group")}

    def options(self, consumer):
        found = []
        for name, value in consumer["settings"].items():
            found += ["-X", f"{name}={value}"]
        return found

    def start(self, consumer, command, topics=()):
        if consumer.get("process"):
            consumer["process"].end()
        consumer["process"] = Member(command + self.options(consumer) + ["-f", FORMAT, "-u", *topics])

    def op_assign(self, fields):
        consumer = self.consumers[fields.text("id")]
        places = fields.lists("tp")
        if len(places) != 1:
            raise Cannot("partitions that are chosen by hand, more than one")
        topic, partition, *rest = places[0]
        if not rest:
            raise Cannot("a partition chosen by hand from where the group stands")
        offset = {"-2": "beginning", "-1": "end"}.get(rest[0], rest[0])
        self.start(consumer, self.base("-C", "-t", topic, "-p", partition, "-o", offset))

    def op_subscribe(self, fields):
        consumer = self.consumers[fields.text("id")]
        pattern = fields.text("pattern")
        topics = ["^" + pattern] if pattern else fields.texts("topic")
        self.start(consumer, self.base("-G", consumer["group"]), topics)

    def op_poll(self, fields):
        member = self.consumers[fields.text("id")]["process"]
        end = time.monotonic() + fields.int("timeout", 1000) / 1000
        left = fields.int("count", 1)
        while left:
            try:
                row(**member.records.get(timeout=max(0, min(0.2, end - time.monotonic()))))
                left -= 1
            except queue.Empty:
                if member.errors:
                    fail(member.errors.pop(0))
                if time.monotonic() >= end:
                    return

    def op_assignment(self, fields):
        for topic, partition in self.consumers[fields.text("id")]["process"].assignment:
            row(topic=topic, partition=partition)

    def op_times(self, fields):
        for topic, partition, timestamp in fields.lists("tp"):
            run = subprocess.run(
                self.base("-Q", "-t", f"{topic}:{partition}:{timestamp}"), capture_output=True, text=True, timeout=WAIT)
            found = re.search(r"\[\d+\] offset (-?\d+)", run.stdout)
            if not found:
                fail(run.stderr or run.stdout)
            row(partition=partition, offset=found[1])

    def op_watermarks(self, fields):
        for topic, partition in fields.lists("tp"):
            bounds = []
            for timestamp in (-2, -1):
                run = subprocess.run(
                    self.base("-Q", "-t", f"{topic}:{partition}:{timestamp}"), capture_output=True, text=True,
                    timeout=WAIT)
                found = re.search(r"\[\d+\] offset (-?\d+)", run.stdout)
                if not found:
                    fail(run.stderr or run.stdout)
                bounds.append(found[1])
            row(low=bounds[0], high=bounds[1])

    def op_leave(self, fields):
        self.consumers.pop(fields.text("id"))["process"].end()

    def metadata(self, *words):
        run = subprocess.run(self.base("-L", "-J", *words), capture_output=True, text=True, timeout=WAIT)
        if run.returncode != 0:
            fail(run.stderr)
        return json.loads(run.stdout)

    def op_list_topics(self, fields):
        for topic in self.metadata()["topics"]:
            row(topic=topic["topic"])

    def op_describe_topic(self, fields):
        for topic in self.metadata("-t", fields.text("topic"))["topics"]:
            if topic.get("error"):
                fail(topic["error"])
            for place in topic["partitions"]:
                row(partition=place["partition"], leader=place["leader"], replicas=len(place["replicas"]))

    def op_describe_cluster(self, fields):
        found = self.metadata()
        row(controller=found["controllerid"])
        for broker in found["brokers"]:
            host, port = broker["name"].rsplit(":", 1)
            row(broker=broker["id"], host=host, port=port)


serve(Client(sys.argv[1]))
