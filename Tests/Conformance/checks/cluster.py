# Checks of a cluster of three brokers.
from world import check, offsets, place, same, values


@check("three")
def three_brokers_told(world):
    """Three brokers are told, each with a port of its own."""
    rows = [row for row in world.own.call("describe-cluster") if row.int("broker") is not None]
    same(len({row.int("port") for row in rows}), 3, "ports")
    same(len({row.int("broker") for row in rows}), 3, "brokers")


@check("three")
def leaders_spread(world):
    """The partitions of a topic are led by all three brokers, and have as many replicas as asked for."""
    topic = world.topic(partitions=6, replication=3)
    rows = world.own.call("describe-topic", topic=topic)
    same(len({row.int("leader") for row in rows}), 3, "leaders")
    same({row.int("replicas") for row in rows}, {3}, "replicas")


@check("three")
def three_brokers_round_trip(world):
    """What is written to partitions of three leaders is read from them, once and in order."""
    topic = world.topic(partitions=6, replication=3)
    producer = world.producer()
    for partition in range(6):
        producer.fill(topic, 50, partition=partition)
    for partition in range(6):
        same(offsets(world.reader(topic, partition=partition).read(50)), list(range(50)), "offsets")


@check("three")
def three_brokers_group(world):
    """A group reads partitions of three leaders, commits, and goes on there."""
    topic, group = world.topic(partitions=6, replication=3), world.name()
    producer = world.producer()
    for partition in range(6):
        producer.fill(topic, 5, partition=partition)
    first = world.consumer(group=group).subscribe(topic)
    first.read(30)
    first.commit()
    first.leave()
    producer.send(topic, b"next", partition=5)
    row = world.consumer(group=group).subscribe(topic).read(1)[0]
    same((row.partition, row.offset), (5, 5), "record")


@check("three")
def three_brokers_transaction(world):
    """A transaction over partitions of three leaders is seen whole or not at all."""
    topic = world.topic(partitions=6, replication=3)
    producer = world.producer(transactional=world.name())
    for value, end in ((b"dropped", producer.abort), (b"kept", producer.commit)):
        producer.begin()
        for partition in range(6):
            producer.send(topic, value, partition=partition)
        end()
    for partition in range(6):
        reader = world.reader(topic, partition=partition, isolation="read_committed")
        same(values(reader.read(1)), [b"kept"], "values")


@check("three")
def min_insync_kept(world):
    """A topic that wants more replicas in sync than there can be refuses to write for all of them."""
    topic = world.topic(replication=1, config=[("min.insync.replicas", "2")])
    world.refused((19, 20, 7, -192), world.producer(acks="all").send, topic, b"a")


@check("three")
def leader_of_offsets_told(world):
    """Watermarks and committed offsets are answered for partitions of all leaders."""
    topic = world.topic(partitions=3, replication=3)
    world.producer().fill(topic, 4, partition=2)
    reader = world.consumer(group=world.name()).assign(*[place(topic, number, 0) for number in range(3)])
    same([reader.watermarks(topic, number) for number in range(3)], [(0, 0), (0, 0), (0, 4)], "watermarks")
    reader.commit(place(topic, 2, 3))
    same(reader.committed(place(topic, 2))[0].offset, 3, "offset")
