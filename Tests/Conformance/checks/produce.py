# Checks of writing: acknowledgements, compression, and what a record carries.
from world import (
    BATCH_TOO_LARGE, INVALID_TOPIC, LOCAL_UNKNOWN_PARTITION, TIMED_OUT, TOO_LARGE, UNKNOWN_TOPIC, check, known, offsets,
    same, values)


def round_trip(world, count=50, **settings):
    topic = world.topic()
    producer = world.producer(**settings)
    producer.fill(topic, count, prefix="r")
    rows = world.reader(topic).read(count)
    same(values(rows), [f"r{number}".encode().ljust(20, b".") for number in range(count)], "values")
    same(offsets(rows), list(range(count)), "offsets")


@check()
def produce_acks_none(world):
    """Records sent without acknowledgement arrive, each once and in order."""
    round_trip(world, acks="0")


@check()
def produce_acks_leader(world):
    """Records acknowledged by the leader arrive, each once and in order."""
    round_trip(world, acks="1")


@check()
def produce_acks_all(world):
    """Records acknowledged by all replicas arrive, each once and in order."""
    round_trip(world, acks="all")


@check()
def compression_none(world):
    """Batches without compression come back as they were sent."""
    round_trip(world, count=500, compression="none")


@check()
def compression_gzip(world):
    """Batches compressed with gzip come back as they were sent."""
    round_trip(world, count=500, compression="gzip")


@check()
def compression_snappy(world):
    """Batches compressed with snappy come back as they were sent."""
    round_trip(world, count=500, compression="snappy")


@check()
def compression_lz4(world):
    """Batches compressed with lz4 come back as they were sent."""
    round_trip(world, count=500, compression="lz4")


@check()
def compression_zstd(world):
    """Batches compressed with zstd come back as they were sent."""
    round_trip(world, count=500, compression="zstd")


@check()
def offsets_told(world):
    """The producer is told the offset of each record: one after the other, from zero."""
    topic = world.topic()
    producer = world.producer()
    told = producer.send(topic, b"a", b"b") + producer.send(topic, b"c")
    same(known(told), list(range(len(known(told)))), "offsets told")
    same(offsets(world.reader(topic).read(3)), [0, 1, 2], "offsets read")


@check()
def keys_kept(world):
    """A record's key comes back, with bytes that are no text; no key stays none."""
    topic = world.topic()
    producer = world.producer()
    producer.send(topic, b"a", key=b"\x00\xff\x80key")
    producer.send(topic, b"b")
    same([row.key for row in world.reader(topic).read(2)], [b"\x00\xff\x80key", None], "keys")


@check()
def headers_kept(world):
    """Headers come back in order, also two of one name."""
    topic = world.topic()
    headers = [("a", b"1"), ("b", b"2"), ("a", b"3")]
    world.producer().send(topic, b"value", headers=headers)
    same(world.reader(topic).read(1)[0].headers, headers, "headers")


@check()
def headers_null_kept(world):
    """A header without a value is told from one whose value is empty."""
    topic = world.topic()
    headers = [("null", None), ("empty", b"")]
    world.producer().send(topic, b"value", headers=headers)
    same(world.reader(topic).read(1)[0].headers, headers, "headers")


@check()
def null_value_kept(world):
    """A record without a value, a tombstone, comes back as one."""
    topic = world.topic()
    world.producer().send(topic, None, key=b"key")
    row = world.reader(topic).read(1)[0]
    same((row.key, row.value), (b"key", None), "key and value")


@check()
def empty_value_kept(world):
    """A value of no bytes is not taken for none."""
    topic = world.topic()
    world.producer().send(topic, b"", key=b"key")
    row = world.reader(topic).read(1)[0]
    same((row.key, row.value), (b"key", b""), "key and value")


@check()
def any_bytes_kept(world):
    """Every byte from 0 to 255 comes back in a value."""
    topic = world.topic()
    every = bytes(byte for byte in range(256) if byte not in (0x1E, 0x1F))
    world.producer().send(topic, every)
    same(world.reader(topic).read(1)[0].value, every, "value")


@check()
def large_batches(world):
    """Five thousand records in batches as large as they get come back in order."""
    topic = world.topic()
    world.producer(linger=50, batch=900000).fill(topic, 5000, size=100)
    rows = world.reader(topic).read(5000, timeout=25000)
    same(offsets(rows), list(range(5000)), "offsets")
    same(rows[4999].value, b"r4999".ljust(100, b"."), "last value")


@check()
def small_batches(world):
    """Two hundred records sent one by one come back in order."""
    topic = world.topic()
    world.producer(linger=0, batch=1).fill(topic, 200)
    same(offsets(world.reader(topic).read(200)), list(range(200)), "offsets")


@check()
def large_record(world):
    """A record of 900 kB comes back whole."""
    topic = world.topic()
    world.producer(batch=1000000).fill(topic, 1, size=900000)
    same(len(world.reader(topic).read(1)[0].value), 900000, "bytes")


@check()
def too_large_refused(world):
    """A batch above the broker's limit of 1 MiB is refused, and nothing of it is kept."""
    topic = world.topic()
    producer = world.producer(max_request=5000000, batch=4000000)
    world.refused((TOO_LARGE, BATCH_TOO_LARGE), producer.fill, topic, 1, size=2000000)
    world.reader(topic).nothing()


@check()
def topic_limit_kept(world):
    """A topic's own max.message.bytes is what its batches are held against."""
    topic = world.topic(config=[("max.message.bytes", "2000")])
    producer = world.producer()
    producer.fill(topic, 1, size=500)
    world.refused((TOO_LARGE, BATCH_TOO_LARGE), producer.fill, topic, 1, size=5000)
    same(offsets(world.reader(topic).read(1)), [0], "offsets")


@check()
def partition_chosen(world):
    """Records go to the partition that the producer names, and to no other."""
    topic = world.topic(partitions=3)
    world.producer().send(topic, b"one", partition=1)
    world.producer().send(topic, b"two", partition=2)
    same(values(world.reader(topic, partition=1).read(1)), [b"one"], "values of partition 1")
    same(values(world.reader(topic, partition=2).read(1)), [b"two"], "values of partition 2")
    world.reader(topic, partition=0).nothing()


@check()
def partition_unknown(world):
    """A partition that the topic does not have is refused."""
    topic = world.topic()
    world.refused(
        (UNKNOWN_TOPIC, LOCAL_UNKNOWN_PARTITION, TIMED_OUT, -1, -192), world.producer().send, topic, b"a", partition=9)


@check()
def topic_made_on_request(world):
    """Writing to a topic that nobody made makes it."""
    topic = world.name()
    world.producer().send(topic, b"first")
    same(values(world.reader(topic).read(1)), [b"first"], "values")


@check()
def invalid_topic_refused(world):
    """A name that no topic may have is refused when it is written to."""
    world.refused(
        (INVALID_TOPIC, UNKNOWN_TOPIC, TIMED_OUT, -1, -188, -192), world.producer().send, "no good/name", b"a")
