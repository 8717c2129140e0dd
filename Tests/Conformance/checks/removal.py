# Checks of records that go: deleted by an administrator, compacted, retained no longer.
from world import OFFSET_OUT_OF_RANGE, check, offsets, place, same, values


def delete(agent, topic, offset):
    return agent.call("delete-records", tp=place(topic, 0, offset))[0].int("low")


@check()
def delete_records(world):
    """Deleting records before an offset moves the low watermark there, and tells it."""
    topic = world.topic()
    world.producer().fill(topic, 20)
    same(delete(world.own, topic, 8), 8, "low watermark told")
    same(world.consumer().watermarks(topic), (8, 20), "watermarks")


@check()
def delete_records_reader(world):
    """After records were deleted, reading from the beginning begins behind them."""
    topic = world.topic()
    world.producer().fill(topic, 20)
    delete(world.admin, topic, 15)
    same(offsets(world.reader(topic).read(5)), list(range(15, 20)), "offsets")


@check()
def delete_records_out_of_range(world):
    """An offset that was deleted is out of range: a reader that resets begins where the log does."""
    topic = world.topic()
    world.producer().fill(topic, 20)
    delete(world.admin, topic, 15)
    same(offsets(world.reader(topic, 3, reset="earliest").read(5)), list(range(15, 20)), "offsets")


@check()
def delete_records_all(world):
    """Deleting up to the high watermark empties the partition, and offsets go on."""
    topic = world.topic()
    producer = world.producer()
    producer.fill(topic, 20)
    same(delete(world.own, topic, -1), 20, "low watermark told")
    producer.send(topic, b"next")
    same(offsets(world.reader(topic).read(1)), [20], "offsets")


@check()
def delete_records_beyond(world):
    """Deleting beyond the high watermark is refused."""
    topic = world.topic()
    world.producer().fill(topic, 5)
    world.refused((OFFSET_OUT_OF_RANGE,), delete, world.own, topic, 50)


@check("slow")
def compaction_gaps(world):
    """A compacted topic keeps the last record of each key, and a reader goes over the gaps."""
    topic = world.topic(config=[
        ("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0.01"), ("segment.ms", "100"),
        ("min.compaction.lag.ms", "0"), ("max.compaction.lag.ms", "100")])
    producer = world.producer(world.admin)
    for number in range(10):
        for key in (b"a", b"b", b"c"):
            producer.send(topic, str(number).encode(), key=key)

    def compacted():
        producer.send(topic, b"last", key=b"end")
        rows = world.reader(topic).poll(100, timeout=1000)
        found = [(row.key, row.value) for row in rows if row.key != b"end"]
        return found == [(b"a", b"9"), (b"b", b"9"), (b"c", b"9")] and rows[0].offset == 27

    world.wait(compacted, "the last value of each key alone", seconds=40)


@check()
def compacted_needs_keys(world):
    """A record without a key is refused by a compacted topic."""
    topic = world.topic(config=[("cleanup.policy", "compact")])
    # aiokafka has no word for this error.
    world.refused((87, -1), world.producer().send, topic, b"no key")
    world.producer().send(topic, b"value", key=b"key")
    same(values(world.reader(topic).read(1)), [b"value"], "values")


@check("slow")
def retention_by_bytes(world):
    """A topic with retention.bytes forgets its oldest records."""
    topic = world.topic(config=[
        ("retention.bytes", "100000"), ("segment.bytes", "50000"), ("file.delete.delay.ms", "100")])
    producer = world.producer(batch=20000)
    for _ in range(8):
        producer.fill(topic, 50, size=1000)
    reader = world.consumer()

    def forgotten():
        # It may be looked at more than once until only what is allowed and a part of one segment is left.
        low, high = reader.watermarks(topic)
        rows = world.reader(topic).poll(200, timeout=2000)
        return low > 250 and high == 400 and offsets(rows) == list(range(low, 400))

    world.wait(forgotten, "the newest records, of no more than retention.bytes and a segment", seconds=40)
