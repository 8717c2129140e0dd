# Checks of reading: where it begins, how much comes at once, and what happens beyond the log.
import threading
import time

from world import LOCAL_RESET, OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC, check, expect, offsets, place, same, values


@check()
def fetch_from_beginning(world):
    """Reading from the beginning gives every record."""
    topic = world.topic()
    world.producer().fill(topic, 30)
    same(offsets(world.reader(topic, -2).read(30)), list(range(30)), "offsets")


@check()
def fetch_from_end(world):
    """Reading from the end gives what is written later, and only that."""
    topic = world.topic()
    producer = world.producer()
    producer.fill(topic, 10)
    reader = world.reader(topic, -1)
    reader.nothing(timeout=2000)
    producer.send(topic, b"later")
    row = reader.read(1)[0]
    same((row.offset, row.value), (10, b"later"), "record")


@check()
def fetch_from_offset(world):
    """Reading from an offset begins exactly there, also in the middle of a batch."""
    topic = world.topic()
    world.producer(linger=50).fill(topic, 100)
    same(offsets(world.reader(topic, 57).read(43)), list(range(57, 100)), "offsets")


@check()
def fetch_inside_compressed_batch(world):
    """Reading from an offset inside a compressed batch begins exactly there."""
    topic = world.topic()
    world.producer(linger=50, compression="lz4").fill(topic, 100)
    same(offsets(world.reader(topic, 99).read(1)), [99], "offsets")


@check()
def seek_goes_back(world):
    """A reader that goes back reads the same records again."""
    topic = world.topic()
    world.producer().fill(topic, 20)
    reader = world.reader(topic, -2)
    reader.read(20)
    reader.seek(topic, 0, 5)
    same(offsets(reader.read(15)), list(range(5, 20)), "offsets")


@check()
def position_after_reading(world):
    """The position is one behind the last record read."""
    topic = world.topic()
    world.producer().fill(topic, 20)
    reader = world.reader(topic, -2)
    reader.read(7)
    same(reader.position(topic), 7, "position")


@check()
def reset_to_earliest(world):
    """An offset beyond the end goes to the beginning where the reader says so."""
    topic = world.topic()
    world.producer().fill(topic, 5)
    same(offsets(world.reader(topic, 1000, reset="earliest").read(5)), list(range(5)), "offsets")


@check()
def reset_to_latest(world):
    """An offset beyond the end goes to the end where the reader says so."""
    topic = world.topic()
    producer = world.producer()
    producer.fill(topic, 5)
    reader = world.reader(topic, 1000, reset="latest")
    reader.nothing(timeout=2500)
    producer.send(topic, b"later")
    same(offsets(reader.read(1)), [5], "offsets")


@check()
def out_of_range_told(world):
    """An offset beyond the end is an error for a reader that wants no reset."""
    topic = world.topic()
    world.producer().fill(topic, 5)
    world.refused(
        (OFFSET_OUT_OF_RANGE, LOCAL_RESET), world.reader(topic, 1000, reset="none").poll, 1, timeout=10000)


@check()
def unknown_topic_told(world):
    """Reading a topic that is not there, and may not be made, is an error or gives nothing; it makes no topic."""
    topic = world.name()
    reader = world.consumer()
    try:
        reader.assign(place(topic, 0, -2))
        rows = reader.poll(1, timeout=1500)
        expect(not rows, "records of a topic that is not there")
    except Exception as error:
        same(getattr(error, "code", error), UNKNOWN_TOPIC, "error")


@check()
def long_poll_answers_early(world):
    """A fetch that waits ends when a record comes, long before the time it may wait."""
    topic = world.topic()
    producer = world.producer(world.agent())
    producer.send(topic, b"first")
    reader = world.reader(topic, -2, max_wait=20000)
    reader.read(1)
    thread = threading.Timer(1, producer.send, (topic, b"second"))
    thread.start()
    begun = time.monotonic()
    row = reader.read(1)[0]
    took = time.monotonic() - begun
    thread.join()
    same(row.value, b"second", "value")
    expect(took < 15, f"it took {took:.1f} s")


@check()
def min_bytes_waits(world):
    """With fewer bytes than asked for, a fetch is held back as long as the reader allows."""
    topic = world.topic()
    world.producer().send(topic, b"only")
    begun = time.monotonic()
    reader = world.reader(topic, -2, min_bytes=100000, max_wait=2000)
    reader.read(1)
    took = time.monotonic() - begun
    expect(took > 1.8, f"the record came after {took:.2f} s")


@check()
def min_bytes_reached(world):
    """With as many bytes as asked for, a fetch is answered at once."""
    topic = world.topic()
    world.producer().fill(topic, 300, size=1000)
    begun = time.monotonic()
    world.reader(topic, -2, min_bytes=100000, max_wait=20000).read(50)
    took = time.monotonic() - begun
    expect(took < 15, f"it took {took:.1f} s")


@check()
def fetch_limit_small(world):
    """A reader that takes few bytes at a time still reads every record."""
    topic = world.topic()
    world.producer(linger=0, batch=2000).fill(topic, 200, size=500)
    reader = world.reader(topic, -2, fetch_max=3000, partition_max=3000)
    same(offsets(reader.read(200, timeout=25000)), list(range(200)), "offsets")


@check()
def batch_larger_than_limit(world):
    """A batch larger than the reader's limit is given all the same, so that reading goes on."""
    topic = world.topic()
    world.producer(batch=200000).fill(topic, 3, size=100000)
    reader = world.reader(topic, -2, fetch_max=5000, partition_max=5000)
    same([len(row.value) for row in reader.read(3, timeout=25000)], [100000] * 3, "bytes")


@check()
def many_partitions(world):
    """A reader of 64 partitions gets what each of them holds."""
    topic = world.topic(partitions=64)
    producer = world.producer()
    wanted = set()
    for partition in (0, 1, 31, 32, 62, 63):
        producer.send(topic, f"p{partition}".encode(), partition=partition)
        wanted.add((partition, f"p{partition}".encode()))
    reader = world.consumer(group=world.name()).assign(*[place(topic, number, 0) for number in range(64)])
    same({(row.partition, row.value) for row in reader.read(6)}, wanted, "records")


@check()
def several_topics(world):
    """A reader of two topics gets the records of both, each in order."""
    topics = [world.topic(), world.topic()]
    producer = world.producer()
    for topic in topics:
        producer.fill(topic, 10)
    rows = world.consumer().assign(*[place(topic, 0, 0) for topic in topics]).read(20)
    for topic in topics:
        same([row.offset for row in rows if row.text("topic") == topic], list(range(10)), "offsets")


@check()
def watermarks(world):
    """The watermarks of an empty partition are 0 and 0, and follow what is written."""
    topic = world.topic()
    reader = world.consumer()
    same(reader.watermarks(topic), (0, 0), "watermarks of nothing")
    world.producer().fill(topic, 12)
    same(reader.watermarks(topic), (0, 12), "watermarks")


@check()
def two_readers_apart(world):
    """Two readers without a group each get every record."""
    topic = world.topic()
    world.producer().fill(topic, 10)
    one, two = world.reader(topic), world.reader(topic)
    same(values(one.read(10)), values(two.read(10)), "values")


@check()
def producer_while_reading(world):
    """What is written while it is read comes in order and once."""
    topic = world.topic()
    producer = world.producer(world.agent())
    reader = world.reader(topic)
    thread = threading.Thread(target=lambda: [producer.fill(topic, 100) for _ in range(5)])
    thread.start()
    rows = reader.read(500, timeout=25000)
    thread.join()
    same(offsets(rows), list(range(500)), "offsets")
