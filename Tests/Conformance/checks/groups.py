# Checks of groups: members share partitions, leave, die, come back, and are fenced.
import signal
import threading
import time

from world import (
    FENCED_INSTANCE, ILLEGAL_GENERATION, INCONSISTENT_PROTOCOL, LOCAL_FATAL, REBALANCE, UNKNOWN_MEMBER, check,
    expect, offsets, place, same)


def together(*consumers, timeout=300):
    """Each polls once, at the same time, and the records are returned."""
    found, failures = [], []

    def poll(consumer):
        try:
            found.extend(consumer.poll(1000, timeout))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=poll, args=(consumer,)) for consumer in consumers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return found


def settled(world, *consumers, sizes, seconds=25):
    """Members poll until each has as many partitions as wanted (in any order), and none belongs to two."""
    end = time.monotonic() + seconds
    records = []
    while True:
        records += together(*consumers)
        shares = [consumer.assignment() for consumer in consumers]
        every = [share for one in shares for share in one]
        if sorted(map(len, shares)) == sorted(sizes) and len(set(every)) == len(every):
            return shares, records
        expect(time.monotonic() < end, f"after {seconds} s the members have {shares}, and not {sizes}")


@check()
def join_alone(world):
    """A member that is alone gets every partition."""
    topic = world.topic(partitions=4)
    consumer = world.consumer(group=world.name()).subscribe(topic)
    shares, _ = settled(world, consumer, sizes=[4])
    same(shares[0], [(topic, number) for number in range(4)], "assignment")


def two_share(world, assignor, sizes=(2, 2), partitions=4):
    topic, group = world.topic(partitions=partitions), world.name()
    one = world.consumer(group=group, assignor=assignor).subscribe(topic)
    settled(world, one, sizes=[partitions])
    two = world.consumer(world.agent(), group=group, assignor=assignor).subscribe(topic)
    settled(world, one, two, sizes=list(sizes))
    return topic, group, one, two


@check()
def two_share_range(world):
    """Two members share the partitions by the range assignor: none is left out, none has two readers."""
    two_share(world, "range")


@check()
def two_share_roundrobin(world):
    """Two members share the partitions by the round-robin assignor."""
    two_share(world, "roundrobin")


@check()
def two_share_sticky(world):
    """Two members share the partitions by the sticky assignor."""
    two_share(world, "sticky")


@check()
def two_share_cooperative(world):
    """Two members share the partitions by the cooperative sticky assignor, which takes two rebalances."""
    two_share(world, "cooperative-sticky")


@check()
def member_leaves(world):
    """When a member leaves, the other gets its partitions."""
    topic, group, one, two = two_share(world, "range")
    two.leave()
    settled(world, one, sizes=[4])


@check()
def cooperative_member_leaves(world):
    """When a member of a cooperative group leaves, the other gets its partitions."""
    topic, group, one, two = two_share(world, "cooperative-sticky")
    two.leave()
    settled(world, one, sizes=[4])


@check()
def member_dies(world):
    """When a member dies without leaving, the other gets its partitions after the session's time-out, not before."""
    topic, group, one, two = two_share(world, "range")
    two.agent.kill()
    died = time.monotonic()
    settled(world, one, sizes=[4], seconds=30)
    expect(time.monotonic() - died > 3, "the partitions were moved before the session's time-out")


@check()
def more_members_than_partitions(world):
    """A member more than there are partitions waits with nothing."""
    topic, group = world.topic(partitions=1), world.name()
    one = world.consumer(group=group).subscribe(topic)
    settled(world, one, sizes=[1])
    two = world.consumer(world.agent(), group=group).subscribe(topic)
    settled(world, one, two, sizes=[1, 0])


@check()
def two_topics_subscribed(world):
    """A member that subscribes to two topics gets the partitions of both."""
    topics = sorted([world.topic(partitions=2), world.topic(partitions=1)])
    consumer = world.consumer(group=world.name()).subscribe(*topics)
    shares, _ = settled(world, consumer, sizes=[3])
    same(sorted({name for name, _ in shares[0]}), topics, "topics")


@check()
def pattern_subscribed(world):
    """A member that subscribes to a pattern gets the topics that fit it, also one made later."""
    prefix = world.name()
    world.admin.call("create-topic", topic=prefix + "-a", partitions=1)
    consumer = world.consumer(group=world.name()).subscribe(pattern=prefix + "-.*")
    settled(world, consumer, sizes=[1])
    world.admin.call("create-topic", topic=prefix + "-b", partitions=2)
    settled(world, consumer, sizes=[3])


@check()
def new_partitions_found(world):
    """Partitions added to a topic that a group reads are given to its members."""
    topic = world.topic(partitions=1)
    consumer = world.consumer(group=world.name()).subscribe(topic)
    settled(world, consumer, sizes=[1])
    world.admin.call("create-partitions", topic=topic, count=3)
    settled(world, consumer, sizes=[3])


@check()
def rebalance_once_each(world):
    """Records read and committed over a join of a second member are read once each."""
    topic, group = world.topic(partitions=4), world.name()
    producer = world.producer(world.agent())
    for partition in range(4):
        producer.fill(topic, 50, partition=partition)
    one = world.consumer(group=group).subscribe(topic)
    first = one.read(200)
    one.commit()
    two = world.consumer(world.agent(), group=group).subscribe(topic)
    _, between = settled(world, one, two, sizes=[2, 2])
    for partition in range(4):
        producer.fill(topic, 50, partition=partition)
    rows = first + between
    end = time.monotonic() + 15
    while len(rows) < 400 and time.monotonic() < end:
        rows += together(one, two)
    rows += together(one, two)
    found = sorted((row.partition, row.offset) for row in rows)
    same(found, [(partition, offset) for partition in range(4) for offset in range(100)], "records")


@check()
def static_member_returns(world):
    """A static member that dies and comes back gets its partitions again, and the other keeps its own."""
    topic, group = world.topic(partitions=4), world.name()
    one = world.consumer(group=group, instance="one", session=30000).subscribe(topic)
    settled(world, one, sizes=[4])
    two = world.consumer(world.agent(), group=group, instance="two", session=30000).subscribe(topic)
    shares, _ = settled(world, one, two, sizes=[2, 2])
    two.agent.kill()
    again = world.consumer(world.agent(), group=group, instance="two", session=30000).subscribe(topic)
    after, _ = settled(world, one, again, sizes=[2, 2])
    same(after, shares, "assignments")


@check()
def static_member_fenced(world):
    """A second member with the same instance takes the first one's place, and the first is told."""
    topic, group = world.topic(partitions=2), world.name()
    one = world.consumer(group=group, instance="same").subscribe(topic)
    settled(world, one, sizes=[2])
    two = world.consumer(world.agent(), group=group, instance="same").subscribe(topic)
    settled(world, two, sizes=[2])

    def used():
        for _ in range(20):
            one.poll(1, timeout=300)
            one.commit(place(topic, 0, 1))

    # aiokafka has one exception for all refusals of a commit.
    world.refused((FENCED_INSTANCE, LOCAL_FATAL, UNKNOWN_MEMBER), used)


@check()
def late_commit_refused(world):
    """A member that slept over its session's time-out may not commit any more."""
    topic, group = world.topic(partitions=1), world.name()
    world.producer().fill(topic, 10)
    one = world.consumer(world.agent(), group=group).subscribe(topic)
    one.read(5)
    one.agent.signal(signal.SIGSTOP)
    try:
        two = world.consumer(group=group).subscribe(topic)
        rows = two.read(10, timeout=30000)
        same(offsets(rows), list(range(10)), "offsets")
    finally:
        one.agent.signal(signal.SIGCONT)
    world.refused((ILLEGAL_GENERATION, UNKNOWN_MEMBER, REBALANCE), one.commit, place(topic, 0, 5))


@check()
def assignors_unlike(world):
    """A member whose assignors none of the others knows is refused."""
    topic, group = world.topic(partitions=2), world.name()
    one = world.consumer(group=group, assignor="range").subscribe(topic)
    settled(world, one, sizes=[2])
    two = world.consumer(world.agent(), group=group, assignor="roundrobin").subscribe(topic)

    def used():
        for _ in range(10):
            two.poll(1, timeout=500)

    world.refused((INCONSISTENT_PROTOCOL,), used)


@check()
def session_too_long(world):
    """A session of 33 minutes, which is beyond Kafka's limit of 30 minutes, is refused."""
    topic = world.topic()
    consumer = world.consumer(group=world.name(), session=2000000).subscribe(topic)

    def used():
        for _ in range(10):
            consumer.poll(1, timeout=500)

    world.refused((26,), used)
