# What a check may use: a client's agents, topics and groups of its own, and the words that it asserts with.
import time
import uuid

from agents import Cannot, Raw, Refused, parts


class Failed(Exception):
    """What was asserted is not so."""


class Skipped(Exception):
    """The broker is not made for what the check needs."""


CHECKS = []
# Numbers of Kafka's errors, and those that librdkafka has for what it finds out by itself.
OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC, TIMED_OUT, TOO_LARGE = 1, 3, 7, 10
INVALID_TOPIC, ILLEGAL_GENERATION, INCONSISTENT_PROTOCOL = 17, 22, 23
UNKNOWN_MEMBER, REBALANCE, TOPIC_EXISTS, INVALID_PARTITIONS = 25, 27, 36, 37
INVALID_REPLICATION, INVALID_CONFIG, NOT_SUPPORTED, BATCH_TOO_LARGE = 38, 40, 35, 18
INVALID_EPOCH, FENCED_INSTANCE, NON_EMPTY_GROUP, NO_GROUP = 47, 82, 68, 69
PRODUCER_FENCED, FENCED_EPOCH = 90, 74
LOCAL_UNKNOWN_TOPIC, LOCAL_UNKNOWN_PARTITION, LOCAL_FENCED, LOCAL_RESET = -188, -190, -144, -140
LOCAL_UNSUPPORTED, LOCAL_FATAL = -165, -150
# What tells that the broker does not have what was asked for.
UNSERVED = (NOT_SUPPORTED, LOCAL_UNSUPPORTED)


def check(*needs):
    """Makes a check of a function; its name is the check's, its first line what it asserts. `needs` says what it
    needs: `three` for three brokers, `slow` for a time-out that has to pass."""

    def note(function):
        function.title = function.__name__.replace("_", "-")
        function.topic = function.__module__.split(".")[-1]
        function.asserts = " ".join(function.__doc__.split())
        function.needs = needs
        CHECKS.append(function)
        return function

    return note


def expect(condition, text):
    if not condition:
        raise Failed(text)


def same(found, wanted, what):
    if found != wanted:
        raise Failed(f"{what}: {brief(found)}, and not {brief(wanted)}")


def brief(value):
    text = repr(value)
    return text if len(text) < 120 else text[:100] + "..."


def place(topic, partition=0, *rest):
    return Raw(parts(topic, partition, *rest))


class Producer:
    def __init__(self, agent, name, settings):
        self.agent, self.name = agent, name
        agent.call("producer", id=name, **settings)
        if "transactional" in settings:
            agent.call("init-transactions", id=name)

    def send(self, topic, *values, partition=0, key=None, headers=(), timestamps=None, wait=30):
        """Sends one record for each value, and returns the offsets, None where the client does not say them."""
        for number, value in enumerate(values):
            self.agent.record(value, key, headers, timestamps[number] if timestamps else None)
        rows = self.agent.call("send", wait=wait, id=self.name, topic=topic, partition=partition)
        return [row.offset for row in rows]

    def fill(self, topic, count, size=20, prefix="r", partition=0, wait=40):
        self.agent.call("fill", count=count, size=size, prefix=prefix)
        return [row.offset for row in self.agent.call("send", wait=wait, id=self.name, topic=topic,
                                                      partition=partition)]

    def begin(self, shown=False):
        """Begins a transaction; `shown` where what is sent must be seen before its end."""
        self.agent.call("begin", id=self.name, open=int(shown))

    def commit(self):
        self.agent.call("commit-transaction", id=self.name)

    def abort(self):
        self.agent.call("abort-transaction", id=self.name)

    def send_offsets(self, consumer, *places):
        self.agent.call("send-offsets", id=self.name, consumer=consumer.name, tp=list(places))


class Consumer:
    def __init__(self, agent, name, settings):
        self.agent, self.name = agent, name
        agent.call("consumer", id=name, **settings)

    def assign(self, *places):
        self.agent.call("assign", id=self.name, tp=list(places))
        return self

    def subscribe(self, *topics, pattern=None):
        self.agent.call("subscribe", id=self.name, topic=list(topics), pattern=pattern)
        return self

    def poll(self, count=1, timeout=1000):
        return self.agent.call("poll", wait=timeout / 1000 + 25, id=self.name, count=count, timeout=timeout)

    def read(self, count, timeout=15000):
        """Exactly so many records; fewer is a failure."""
        rows = self.poll(count, timeout)
        same(len(rows), count, "records read")
        return rows

    def nothing(self, timeout=1000):
        rows = self.poll(1, timeout)
        expect(not rows, f"a record was read where none may be seen: {rows}")

    def assignment(self):
        return sorted((row.text("topic"), row.partition) for row in self.agent.call("assignment", id=self.name))

    def commit(self, *places):
        self.agent.call("commit", id=self.name, tp=list(places))

    def committed(self, *places):
        return self.agent.call("committed", id=self.name, tp=list(places))

    def position(self, topic, partition=0):
        return self.agent.call("position", id=self.name, tp=place(topic, partition))[0].offset

    def seek(self, topic, partition, offset):
        self.agent.call("seek", id=self.name, tp=place(topic, partition, offset))

    def times(self, topic, timestamp, partition=0):
        return self.agent.call("times", id=self.name, tp=place(topic, partition, timestamp))[0].offset

    def watermarks(self, topic, partition=0):
        row = self.agent.call("watermarks", id=self.name, tp=place(topic, partition))[0]
        return row.int("low"), row.int("high")

    def leave(self):
        self.agent.call("leave", id=self.name)


class World:
    """One check's world: agents are taken when they are asked for, and given back at its end."""

    def __init__(self, pool, client, helper, brokers):
        self.pool, self.client, self.helper, self.brokers = pool, client, helper, brokers
        self.taken, self.made, self.first = [], 0, None
        self.unique = uuid.uuid4().hex[:10]

    def agent(self):
        """One more process of the client."""
        agent = self.pool.take()
        self.taken.append((self.pool, agent))
        return agent

    @property
    def own(self):
        if self.first is None:
            self.first = self.agent()
        return self.first

    @property
    def admin(self):
        """An agent that makes topics ready: the client's own where it can, else that of another client."""
        if not hasattr(self, "administrator"):
            self.administrator = self.helper.take()
            self.taken.append((self.helper, self.administrator))
        return self.administrator

    def name(self):
        self.made += 1
        return f"{self.client}-{self.unique}-{self.made}"

    def topic(self, partitions=1, replication=1, config=()):
        """A new topic. It is not what the check is about, so any client may make it."""
        name = self.name()
        self.admin.call(
            "create-topic", topic=name, partitions=partitions, replication=replication,
            config=[Raw(parts(key, value)) for key, value in config])
        return name

    def producer(self, agent=None, **settings):
        return Producer(agent or self.own, self.name(), settings)

    def consumer(self, agent=None, **settings):
        return Consumer(agent or self.own, self.name(), settings)

    def reader(self, topic, start=-2, partition=0, **settings):
        """A consumer of one partition from a place; -2 is the beginning, -1 the end."""
        return self.consumer(**settings).assign(place(topic, partition, start))

    def wait(self, condition, what, seconds=20):
        """Asks again until it holds."""
        end = time.monotonic() + seconds
        while not condition():
            expect(time.monotonic() < end, f"within {seconds} s, not: {what}")
            time.sleep(0.1)

    def refused(self, codes, action, *arguments, **named):
        """The action must end in one of the errors."""
        try:
            action(*arguments, **named)
        except Refused as refusal:
            if refusal.code in UNSERVED and refusal.code not in codes:
                raise
            expect(refusal.code in codes, f"refused, but with {refusal}, and not with {codes}")
            return
        raise Failed(f"not refused; wanted one of {codes}")

    def end(self):
        for pool, agent in self.taken:
            pool.give(agent)


def values(rows):
    return [row.value for row in rows]


def offsets(rows):
    return [row.offset for row in rows]


def known(offsets):
    """Offsets that the client told; kcat does not."""
    return [offset for offset in offsets if offset is not None]
