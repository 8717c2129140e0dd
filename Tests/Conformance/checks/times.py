# Checks of timestamps: kept as they were written, and looked up.
from world import check, same, values

BASE = 1700000000000


def stamped(world, *steps, agent=None, **settings):
    """A topic with a record for each step, written by the client, or by the agent that is given."""
    topic = world.topic()
    producer = world.producer(agent, linger=50, **settings)
    producer.send(topic, *[str(step).encode() for step in steps], timestamps=[BASE + step for step in steps])
    return topic


@check()
def create_time_kept(world):
    """A record's time is the one that the producer gave, and is said to be so."""
    topic = stamped(world, 5, 3)
    rows = world.reader(topic).read(2)
    same([row.int("timestamp") for row in rows], [BASE + 5, BASE + 3], "timestamps")
    same([row.int("create") for row in rows], [1, 1], "kind")


@check()
def time_exact(world):
    """The offset for a time is that of the record of this time."""
    same(world.consumer().times(stamped(world, 0, 10, 20, 30, agent=world.admin), BASE + 20), 2, "offset")


@check()
def time_between(world):
    """The offset for a time between two records is the later one's."""
    same(world.consumer().times(stamped(world, 0, 10, 20, 30, agent=world.admin), BASE + 11), 2, "offset")


@check()
def time_before_all(world):
    """The offset for a time before all records is the first."""
    same(world.consumer().times(stamped(world, 0, 10, agent=world.admin), BASE - 1000), 0, "offset")


@check()
def time_beyond_end(world):
    """There is no offset for a time after all records."""
    found = world.consumer().times(stamped(world, 0, 10, agent=world.admin), BASE + 1000)
    same(found, -1, "offset")


@check()
def time_of_empty(world):
    """There is no offset for a time in an empty partition."""
    same(world.consumer().times(world.topic(), BASE), -1, "offset")


@check()
def time_in_compressed_batch(world):
    """A time is found inside a compressed batch."""
    topic = stamped(world, *range(0, 1000, 10), compression="gzip", agent=world.admin)
    same(world.consumer().times(topic, BASE + 615), 62, "offset")


@check()
def time_out_of_order(world):
    """Where times go back, the offset is the first whose time is late enough."""
    same(world.consumer().times(stamped(world, 0, 50, 20, 60, agent=world.admin), BASE + 20), 1, "offset")


@check()
def time_over_batches(world):
    """A time is found in the second of three batches."""
    topic = world.topic()
    producer = world.producer(world.admin)
    for step in (0, 100, 200):
        producer.send(topic, b"a", b"b", timestamps=[BASE + step, BASE + step + 50])
    same(world.consumer().times(topic, BASE + 120), 3, "offset")


@check()
def append_time_set(world):
    """A topic whose times are the broker's gives its records a time of its own, and says so."""
    topic = world.topic(config=[("message.timestamp.type", "LogAppendTime")])
    world.producer().send(topic, b"old", timestamps=[BASE])
    row = world.reader(topic).read(1)[0]
    same(row.int("timestamp") > BASE + 1000000, True, "the broker's time")
    same((row.value, row.int("create")), (b"old", 0), "kind")
