# Checks of transactions: what readers see of them, zombies, time-outs, and offsets in a transaction.
from world import (
    FENCED_EPOCH, ILLEGAL_GENERATION, INVALID_EPOCH, LOCAL_FENCED, PRODUCER_FENCED, UNKNOWN_MEMBER, check,
    offsets, place, same, values)

FENCED = (PRODUCER_FENCED, INVALID_EPOCH, LOCAL_FENCED, FENCED_EPOCH, 48, 49)


def transactional(world, agent=None, **settings):
    return world.producer(agent, transactional=settings.pop("name", None) or world.name(), **settings)


def committed_reader(world, topic, **settings):
    return world.reader(topic, isolation="read_committed", **settings)


@check()
def transaction_committed(world):
    """What a transaction wrote is seen by read_committed once it is committed."""
    topic = world.topic()
    producer = transactional(world)
    producer.begin()
    producer.fill(topic, 10)
    producer.commit()
    same(offsets(committed_reader(world, topic).read(10)), list(range(10)), "offsets")


@check()
def transaction_aborted(world):
    """What an aborted transaction wrote is not seen by read_committed, and what comes later is."""
    topic = world.topic()
    producer = transactional(world)
    producer.begin()
    producer.fill(topic, 10)
    producer.abort()
    producer.begin()
    producer.send(topic, b"kept")
    producer.commit()
    same(values(committed_reader(world, topic).read(1)), [b"kept"], "values")


@check()
def aborted_seen_uncommitted(world):
    """A reader of uncommitted records sees what was aborted."""
    topic = world.topic()
    producer = transactional(world)
    producer.begin()
    producer.fill(topic, 5)
    producer.abort()
    same(offsets(world.reader(topic).read(5)), list(range(5)), "offsets")


@check()
def open_transaction_holds(world):
    """Behind an open transaction read_committed sees nothing, not even of others, until it ends."""
    topic = world.topic()
    producer = transactional(world)
    producer.begin(shown=True)
    producer.send(topic, b"open")
    world.producer().send(topic, b"plain")
    same(values(world.reader(topic).read(2)), [b"open", b"plain"], "values uncommitted")
    reader = committed_reader(world, topic)
    reader.nothing(timeout=1500)
    producer.commit()
    same(values(reader.read(2)), [b"open", b"plain"], "values")


@check()
def markers_take_offsets(world):
    """A marker takes an offset that no reader sees, so offsets have a gap."""
    topic = world.topic()
    producer = transactional(world)
    for value in (b"a", b"b", b"c"):
        producer.begin()
        producer.send(topic, value)
        producer.commit()
    rows = world.reader(topic).read(3)
    same([(row.offset, row.value) for row in rows], [(0, b"a"), (2, b"b"), (4, b"c")], "records")


@check()
def marker_at_end(world):
    """A reader that has read all stands behind the marker, or before it, and reads on from either."""
    topic = world.topic()
    producer = transactional(world)
    producer.begin()
    producer.fill(topic, 5)
    producer.commit()
    reader = committed_reader(world, topic)
    reader.read(5)
    same(reader.watermarks(topic)[1], 6, "high watermark")
    world.producer().send(topic, b"next")
    same(offsets(reader.read(1)), [6], "offsets")


@check()
def transactions_alternate(world):
    """Of ten transactions every second is aborted, and read_committed sees the others, in order."""
    topic = world.topic()
    producer = transactional(world)
    wanted = []
    for number in range(10):
        producer.begin()
        producer.send(topic, f"{number}a".encode(), f"{number}b".encode())
        if number % 2:
            producer.abort()
        else:
            producer.commit()
            wanted += [f"{number}a".encode(), f"{number}b".encode()]
    reader = committed_reader(world, topic)
    same(values(reader.read(10)), wanted, "values")
    reader.nothing(timeout=500)


@check()
def transactions_interleaved(world):
    """Two transactions write to one partition in turn; the aborted one is left out alone."""
    topic = world.topic()
    kept, dropped = transactional(world), transactional(world, world.agent())
    kept.begin(shown=True)
    dropped.begin(shown=True)
    for number in range(3):
        kept.send(topic, f"kept{number}".encode())
        dropped.send(topic, f"dropped{number}".encode())
    dropped.abort()
    kept.commit()
    same(values(committed_reader(world, topic).read(3)), [b"kept0", b"kept1", b"kept2"], "values")


@check()
def transaction_many_partitions(world):
    """A transaction over three partitions is seen in all of them, or in none."""
    topic = world.topic(partitions=3)
    producer = transactional(world)
    producer.begin()
    for partition in range(3):
        producer.send(topic, b"dropped", partition=partition)
    producer.abort()
    producer.begin()
    for partition in range(3):
        producer.send(topic, b"kept", partition=partition)
    producer.commit()
    for partition in range(3):
        same(values(committed_reader(world, topic, partition=partition).read(1)), [b"kept"], "values")


@check()
def transaction_compressed(world):
    """Compressed batches of an aborted transaction are not seen."""
    topic = world.topic()
    producer = transactional(world, compression="lz4")
    producer.begin()
    producer.fill(topic, 100)
    producer.abort()
    producer.begin()
    producer.fill(topic, 100, prefix="k")
    producer.commit()
    rows = committed_reader(world, topic).read(100)
    same(rows[0].value, b"k0".ljust(20, b"."), "first value")


@check()
def zombie_fenced(world):
    """A producer whose transactional id was taken over can neither write nor commit."""
    topic, name = world.topic(), world.name()
    zombie = transactional(world, name=name)
    zombie.begin(shown=True)
    zombie.send(topic, b"zombie")
    heir = transactional(world, world.agent(), name=name)

    def used():
        zombie.send(topic, b"zombie again")
        zombie.commit()

    world.refused(FENCED, used)
    heir.begin()
    heir.send(topic, b"heir")
    heir.commit()
    same(values(committed_reader(world, topic).read(1)), [b"heir"], "values")


@check()
def dead_producers_transaction_aborted(world):
    """What a producer had open when it died is aborted when its transactional id is used again."""
    topic, name = world.topic(), world.name()
    first = transactional(world, world.agent(), name=name)
    first.begin(shown=True)
    first.send(topic, b"lost")
    first.agent.kill()
    second = transactional(world, name=name)
    second.begin()
    second.send(topic, b"kept")
    second.commit()
    same(values(committed_reader(world, topic).read(1)), [b"kept"], "values")


@check("slow")
def transaction_times_out(world):
    """A transaction left open is aborted by the broker after its time-out, and readers go on."""
    topic = world.topic()
    dying = transactional(world, world.agent(), txn_timeout=3000)
    dying.begin(shown=True)
    dying.send(topic, b"left open")
    world.producer().send(topic, b"plain")
    dying.agent.kill()
    reader = committed_reader(world, topic)
    same(values(reader.read(1, timeout=30000)), [b"plain"], "values")


@check("slow")
def late_commit_after_time_out(world):
    """A transaction that the broker has aborted for its time-out can not be committed any more."""
    topic = world.topic()
    slow = transactional(world, txn_timeout=2000)
    slow.begin(shown=True)
    slow.send(topic, b"too late")
    world.producer(world.agent()).send(topic, b"plain")
    same(values(committed_reader(world, topic).read(1, timeout=30000)), [b"plain"], "values")
    world.refused(FENCED + (51, 7, -1, -147, -150, -172), slow.commit)


@check()
def offsets_in_transaction(world):
    """Offsets sent in a transaction are the group's once it is committed, and not before."""
    topic, output, group = world.topic(), world.topic(), world.name()
    world.producer().fill(topic, 10)
    consumer = world.consumer(group=group).subscribe(topic)
    consumer.read(10)
    producer = transactional(world)
    producer.begin()
    producer.send(output, b"result")
    producer.send_offsets(consumer, place(topic, 0, 10))
    producer.commit()
    same(consumer.committed(place(topic))[0].offset, 10, "offset")


@check()
def offsets_of_aborted_transaction(world):
    """Offsets sent in a transaction that is aborted are not the group's."""
    topic, output, group = world.topic(), world.topic(), world.name()
    world.producer().fill(topic, 10)
    consumer = world.consumer(group=group).subscribe(topic)
    consumer.read(10)
    consumer.commit(place(topic, 0, 2))
    producer = transactional(world)
    producer.begin()
    producer.send(output, b"result")
    producer.send_offsets(consumer, place(topic, 0, 10))
    producer.abort()
    same(consumer.committed(place(topic))[0].offset, 2, "offset")


@check()
def offsets_of_stale_member(world):
    """A member that is no longer of its group may not send offsets in a transaction."""
    topic, group = world.topic(), world.name()
    world.producer().fill(topic, 10)
    consumer = world.consumer(group=group).subscribe(topic)
    consumer.read(10)
    producer = transactional(world)
    producer.begin()
    producer.send(topic, b"result")
    world.own.call("remember", **{"id": consumer.name, "as": "then"})
    consumer.leave()
    world.consumer(world.agent(), group=group).subscribe(topic).read(10)
    world.refused(
        (ILLEGAL_GENERATION, UNKNOWN_MEMBER), world.own.call, "send-offsets", id=producer.name, metadata="then",
        tp=place(topic, 0, 10))


@check()
def read_process_write(world):
    """Read, transform and write in transactions, with an abort between: each result is seen once."""
    source, target, group = world.topic(), world.topic(), world.name()
    world.producer().fill(source, 30, size=4)
    producer = transactional(world)
    done = 0
    consumer = world.consumer(group=group).assign(place(source, 0, 0))
    broken = False
    while done < 30:
        rows = consumer.read(10)
        producer.begin()
        producer.send(target, *[b"out-" + row.value for row in rows])
        producer.send_offsets(consumer, place(source, 0, rows[-1].offset + 1))
        if done == 10 and not broken:
            broken = True
            producer.abort()
            consumer.seek(source, 0, consumer.committed(place(source))[0].offset)
            continue
        producer.commit()
        done += 10
    rows = committed_reader(world, target).read(30)
    same(values(rows), [b"out-" + f"r{number}".encode().ljust(4, b".") for number in range(30)], "values")
    same(consumer.committed(place(source))[0].offset, 30, "offset")


@check()
def empty_transaction(world):
    """A transaction that wrote nothing can be committed, and aborted, and leaves nothing."""
    topic = world.topic()
    producer = transactional(world)
    producer.begin()
    producer.commit()
    producer.begin()
    producer.abort()
    producer.begin()
    producer.send(topic, b"a")
    producer.commit()
    same(offsets(committed_reader(world, topic).read(1)), [0], "offsets")
