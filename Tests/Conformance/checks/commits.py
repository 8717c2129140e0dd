# Checks of committed offsets: kept with their words, apart by group, changed and removed by an administrator.
from world import NON_EMPTY_GROUP, check, expect, offsets, place, same

GROUP_SUBSCRIBED = 86


def committed(consumer, topic, partition=0):
    row = consumer.committed(place(topic, partition))[0]
    return row.offset


@check()
def commit_and_fetch(world):
    """A committed offset is what the group is told, also another member of it."""
    topic, group = world.topic(), world.name()
    world.producer().fill(topic, 10)
    world.consumer(group=group).assign(place(topic, 0, 0)).commit(place(topic, 0, 7))
    same(committed(world.consumer(group=group).assign(place(topic)), topic), 7, "offset")


@check()
def commit_metadata(world):
    """The words committed with an offset come back."""
    topic, group = world.topic(), world.name()
    consumer = world.consumer(group=group).assign(place(topic, 0, 0))
    consumer.commit(place(topic, 0, 3, "some words: ü"))
    row = consumer.committed(place(topic))[0]
    same(row.offset, 3, "offset")
    if world.client != "aiokafka":
        same(row.text("metadata"), "some words: ü", "metadata")


@check()
def commit_none(world):
    """A group that committed nothing is told so."""
    topic = world.topic()
    same(committed(world.consumer(group=world.name()).assign(place(topic)), topic), -1, "offset")


@check()
def commit_positions(world):
    """A commit without offsets commits where the reader stands."""
    topic, group = world.topic(), world.name()
    world.producer().fill(topic, 10)
    consumer = world.consumer(group=group).assign(place(topic, 0, 0))
    consumer.read(4)
    consumer.commit()
    same(committed(consumer, topic), 4, "offset")


@check()
def resumes_from_commit(world):
    """A reader that comes back goes on where its group had committed."""
    topic, group = world.topic(), world.name()
    world.producer().fill(topic, 10)
    first = world.consumer(group=group).subscribe(topic)
    first.read(10)
    first.commit(place(topic, 0, 6))
    first.leave()
    second = world.consumer(group=group).subscribe(topic)
    same(offsets(second.read(4)), [6, 7, 8, 9], "offsets")


@check()
def commit_by_itself(world):
    """A reader that commits by itself leaves its place behind when it leaves."""
    topic, group = world.topic(), world.name()
    world.producer().fill(topic, 10)
    first = world.consumer(group=group, auto_commit=1).subscribe(topic)
    first.read(10)
    first.poll(1, timeout=1500)
    first.leave()
    world.producer().send(topic, b"next")
    same(offsets(world.consumer(group=group, auto_commit=1).subscribe(topic).read(1)), [10], "offsets")


@check()
def commit_goes_back(world):
    """A commit may go back; the last one counts."""
    topic, group = world.topic(), world.name()
    consumer = world.consumer(group=group).assign(place(topic, 0, 0))
    consumer.commit(place(topic, 0, 9))
    consumer.commit(place(topic, 0, 2))
    same(committed(consumer, topic), 2, "offset")


@check()
def groups_apart(world):
    """What one group commits, another does not see."""
    topic, one, two = world.topic(), world.name(), world.name()
    world.consumer(group=one).assign(place(topic, 0, 0)).commit(place(topic, 0, 5))
    same(committed(world.consumer(group=two).assign(place(topic)), topic), -1, "offset")


@check()
def commit_many_partitions(world):
    """Offsets of twenty partitions in one commit are all kept."""
    topic, group = world.topic(partitions=20), world.name()
    consumer = world.consumer(group=group).assign(*[place(topic, number, 0) for number in range(20)])
    consumer.commit(*[place(topic, number, number * 3) for number in range(20)])
    rows = consumer.committed(*[place(topic, number) for number in range(20)])
    same(sorted((row.partition, row.offset) for row in rows), [(n, n * 3) for n in range(20)], "offsets")


@check()
def group_offsets_listed(world):
    """An administrator is told what a group has committed."""
    topic, group = world.topic(partitions=3), world.name()
    consumer = world.consumer(group=group).assign(*[place(topic, number, 0) for number in range(3)])
    consumer.commit(place(topic, 0, 4), place(topic, 2, 8))
    rows = world.own.call("group-offsets", group=group)
    found = sorted((row.partition, row.offset) for row in rows if row.offset >= 0)
    same(found, [(0, 4), (2, 8)], "offsets")


@check()
def group_offsets_altered(world):
    """An administrator moves the offsets of a group without members."""
    topic, group = world.topic(), world.name()
    world.producer().fill(topic, 10)
    world.own.call("alter-group-offsets", group=group, tp=place(topic, 0, 8))
    consumer = world.consumer(group=group).subscribe(topic)
    same(offsets(consumer.read(2)), [8, 9], "offsets")


@check()
def group_offsets_alter_refused(world):
    """The offsets of a group with members are not moved from outside."""
    topic, group = world.topic(), world.name()
    world.producer().fill(topic, 10)
    world.consumer(group=group).subscribe(topic).read(10)
    world.refused((25, NON_EMPTY_GROUP), world.own.call, "alter-group-offsets", group=group, tp=place(topic, 0, 1))


@check()
def group_offsets_deleted(world):
    """An administrator removes the offsets of a partition, and the others stay."""
    topic, group = world.topic(partitions=2), world.name()
    consumer = world.consumer(group=group).assign(place(topic, 0, 0), place(topic, 1, 0))
    consumer.commit(place(topic, 0, 4), place(topic, 1, 5))
    consumer.leave()
    world.own.call("delete-group-offsets", group=group, tp=place(topic, 0))
    reader = world.consumer(group=group).assign(place(topic, 0), place(topic, 1))
    same([committed(reader, topic, 0), committed(reader, topic, 1)], [-1, 5], "offsets")


@check()
def group_offsets_delete_refused(world):
    """The offsets of a topic that a member reads are not removed."""
    topic, group = world.topic(), world.name()
    world.producer().fill(topic, 3)
    consumer = world.consumer(group=group).subscribe(topic)
    consumer.read(3)
    consumer.commit()
    world.refused((GROUP_SUBSCRIBED,), world.own.call, "delete-group-offsets", group=group, tp=place(topic, 0))
    expect(committed(consumer, topic) == 3, "the offset is gone")
