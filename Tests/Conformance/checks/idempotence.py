# Checks of idempotent producers: many requests under way, and each record once and in order.
from world import check, offsets, same, values


@check()
def idempotent_in_order(world):
    """An idempotent producer's records are there once each, in order, with many requests under way."""
    topic = world.topic()
    world.producer(idempotent=1, linger=0, batch=500).fill(topic, 2000)
    rows = world.reader(topic).read(2000, timeout=25000)
    same(values(rows), [f"r{number}".encode().ljust(20, b".") for number in range(2000)], "values")
    world.reader(topic, -1).nothing(timeout=500)


@check()
def idempotent_compressed(world):
    """An idempotent producer's compressed batches are there once each."""
    topic = world.topic()
    world.producer(idempotent=1, compression="lz4").fill(topic, 500)
    same(offsets(world.reader(topic).read(500)), list(range(500)), "offsets")


@check()
def idempotent_two_producers(world):
    """Two idempotent producers write to one partition without being taken for each other."""
    topic = world.topic()
    one, two = world.producer(idempotent=1), world.producer(idempotent=1)
    for _ in range(3):
        one.send(topic, b"one")
        two.send(topic, b"two")
    same(values(world.reader(topic).read(6)), [b"one", b"two"] * 3, "values")


@check()
def idempotent_many_partitions(world):
    """An idempotent producer counts each partition apart."""
    topic = world.topic(partitions=5)
    producer = world.producer(idempotent=1)
    for _ in range(2):
        for partition in range(5):
            producer.fill(topic, 20, partition=partition)
    for partition in range(5):
        same(offsets(world.reader(topic, partition=partition).read(40)), list(range(40)), "offsets")
