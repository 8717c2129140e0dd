# Checks of administration: topics, partitions, configurations, groups, the cluster, and their errors.
from agents import Raw, Refused, parts
from world import (
    INVALID_CONFIG, INVALID_PARTITIONS, INVALID_REPLICATION, INVALID_TOPIC, NON_EMPTY_GROUP, NO_GROUP, TOPIC_EXISTS,
    UNKNOWN_TOPIC, check, expect, offsets, place, same)


def topics(agent):
    return {row.text("topic") for row in agent.call("list-topics")}


def partitions(agent, topic):
    return len(agent.call("describe-topic", topic=topic))


def config(agent, topic):
    return {row.text("name"): row.text("value") for row in agent.call("describe-config", topic=topic)}


def pair(name, value):
    return Raw(parts(name, value))


@check()
def topic_created(world):
    """A topic is made with the partitions asked for, and listed."""
    name = world.name()
    world.own.call("create-topic", topic=name, partitions=3)
    world.wait(lambda: name in topics(world.own), "the topic is listed")
    same(partitions(world.own, name), 3, "partitions")


@check()
def topic_described(world):
    """A topic's partitions, and a leader of each, are told."""
    topic = world.topic(partitions=5)
    rows = world.own.call("describe-topic", topic=topic)
    same(sorted(row.partition for row in rows), list(range(5)), "partitions")
    expect(all(row.int("leader") >= 0 for row in rows), "a partition without a leader")


@check()
def topic_deleted(world):
    """A topic that was deleted is listed no more."""
    topic = world.topic()
    world.own.call("delete-topic", topic=topic)
    world.wait(lambda: topic not in topics(world.own), "the topic is gone")


@check()
def topic_made_anew(world):
    """A topic deleted and made anew is empty, and its offsets begin at 0."""
    topic = world.topic()
    world.producer().fill(topic, 10)
    world.own.call("delete-topic", topic=topic)
    world.wait(lambda: topic not in topics(world.own), "the topic is gone")

    def made():
        try:
            world.own.call("create-topic", topic=topic, partitions=1)
            return True
        except Refused as refusal:
            same(refusal.code, TOPIC_EXISTS, "error")
            return False

    world.wait(made, "the topic can be made anew")
    world.producer(world.agent()).send(topic, b"new")
    same(offsets(world.reader(topic).read(1)), [0], "offsets")


@check()
def topic_exists(world):
    """A topic that is there is not made again."""
    world.refused((TOPIC_EXISTS,), world.own.call, "create-topic", topic=world.topic(), partitions=1)


@check()
def topic_name_invalid(world):
    """Names that no topic may have are refused."""
    for name in ("no/good", "with space", "x" * 250, ".."):
        world.refused((INVALID_TOPIC,), world.own.call, "create-topic", topic=name, partitions=1)


@check()
def topic_partitions_invalid(world):
    """A topic without partitions is refused."""
    world.refused((INVALID_PARTITIONS, -186), world.own.call, "create-topic", topic=world.name(), partitions=0)


@check()
def topic_replication_invalid(world):
    """More replicas than there are brokers are refused."""
    world.refused(
        (INVALID_REPLICATION,), world.own.call, "create-topic", topic=world.name(), partitions=1, replication=9)


@check()
def topic_config_invalid(world):
    """A configuration that does not exist, or a value that it may not have, is refused."""
    for name, value in (("no.such.setting", "1"), ("cleanup.policy", "nonsense"), ("retention.ms", "many")):
        world.refused(
            (INVALID_CONFIG,), world.own.call, "create-topic", topic=world.name(), partitions=1,
            config=pair(name, value))


@check()
def topic_validated_only(world):
    """A topic that is only to be checked is not made."""
    name = world.name()
    world.own.call("create-topic", topic=name, partitions=1, validate=1)
    expect(name not in topics(world.own), "the topic was made")


@check()
def unknown_topic_deleted(world):
    """Deleting a topic that is not there is an error."""
    world.refused((UNKNOWN_TOPIC,), world.own.call, "delete-topic", topic=world.name())


@check()
def partitions_added(world):
    """A topic gets more partitions, and what it held stays."""
    topic = world.topic(partitions=2)
    world.producer().fill(topic, 5)
    world.own.call("create-partitions", topic=topic, count=5)
    world.wait(lambda: partitions(world.own, topic) == 5, "five partitions")
    world.producer(world.agent()).send(topic, b"new", partition=4)
    same(offsets(world.reader(topic, partition=4).read(1)), [0], "offsets of the new one")
    same(offsets(world.reader(topic).read(5)), list(range(5)), "offsets of the first")


@check()
def partitions_not_fewer(world):
    """A topic's partitions can not become fewer, or stay as many."""
    topic = world.topic(partitions=3)
    for count in (2, 3):
        world.refused((INVALID_PARTITIONS,), world.own.call, "create-partitions", topic=topic, count=count)


@check()
def partitions_of_unknown_topic(world):
    """A topic that is not there gets no partitions."""
    world.refused((UNKNOWN_TOPIC,), world.own.call, "create-partitions", topic=world.name(), count=3)


@check()
def config_described(world):
    """A topic's configuration is told, with Kafka's defaults; how long records stay is the broker's affair."""
    found = config(world.own, world.topic())
    wanted = {"cleanup.policy": "delete", "max.message.bytes": "1048588",
              "message.timestamp.type": "CreateTime", "min.insync.replicas": "1"}
    same({name: found.get(name) for name in wanted}, wanted, "configuration")


@check()
def config_given(world):
    """What a topic was made with is what is told."""
    name = world.name()
    world.own.call(
        "create-topic", topic=name, partitions=1,
        config=[pair("retention.ms", "1234567"), pair("cleanup.policy", "compact")])
    found = config(world.own, name)
    same((found["retention.ms"], found["cleanup.policy"]), ("1234567", "compact"), "configuration")


@check()
def config_altered(world):
    """A changed setting is told, and is what the topic goes by."""
    topic = world.topic()
    world.own.call("alter-config", topic=topic, config=pair("max.message.bytes", "3000"))
    world.wait(lambda: config(world.own, topic)["max.message.bytes"] == "3000", "the setting is told")
    world.refused((10, 18), world.producer().fill, topic, 1, size=10000)


@check()
def config_of_unknown_topic(world):
    """The configuration of a topic that is not there is an error."""
    world.refused((UNKNOWN_TOPIC,), config, world.own, world.name())


def member(world, group, partitions=2):
    topic = world.topic(partitions=partitions)
    world.producer().fill(topic, 3)
    consumer = world.consumer(group=group).subscribe(topic)
    consumer.read(3)
    return topic, consumer


@check()
def groups_listed(world):
    """A group with a member, and one that has only committed, are listed."""
    one, two = world.name(), world.name()
    topic, consumer = member(world, one)
    world.consumer(group=two).assign(place(topic, 0, 0)).commit(place(topic, 0, 1))
    found = {row.text("group") for row in world.own.call("list-groups")}
    same(found & {one, two}, {one, two}, "groups")


@check()
def group_described(world):
    """A group's state, its assignor and its members are told."""
    group = world.name()
    member(world, group)
    rows = world.own.call("describe-group", group=group)
    same((rows[0].text("state"), rows[0].text("assignor"), len(rows)), ("stable", "range", 2), "group")


@check()
def group_described_empty(world):
    """A group whose members have left is empty; one that never was is dead."""
    group = world.name()
    topic, consumer = member(world, group)
    consumer.commit()
    consumer.leave()
    world.wait(
        lambda: world.own.call("describe-group", group=group)[0].text("state") == "empty", "the group is empty")
    try:
        same(world.own.call("describe-group", group=world.name())[0].text("state"), "dead", "state")
    except Refused as refusal:
        same(refusal.code, NO_GROUP, "error")


@check()
def group_deleted(world):
    """A group without members is removed, with its offsets."""
    group, topic = world.name(), world.topic()
    consumer = world.consumer(group=group).assign(place(topic, 0, 0))
    consumer.commit(place(topic, 0, 5))
    consumer.leave()
    world.own.call("delete-group", group=group)
    expect(group not in {row.text("group") for row in world.own.call("list-groups")}, "the group is listed")
    same(world.consumer(group=group).assign(place(topic)).committed(place(topic))[0].offset, -1, "offset")


@check()
def group_not_empty(world):
    """A group with members is not removed."""
    group = world.name()
    member(world, group)
    world.refused((NON_EMPTY_GROUP,), world.own.call, "delete-group", group=group)


@check()
def group_unknown_deleted(world):
    """Removing a group that is not there is an error."""
    world.refused((NO_GROUP,), world.own.call, "delete-group", group=world.name())


@check()
def cluster_described(world):
    """The cluster's brokers are told, with a port that is theirs, and one of them is the controller."""
    rows = world.own.call("describe-cluster")
    brokers = [row for row in rows if row.int("broker") is not None]
    same(len(brokers), 1, "brokers")
    expect(f":{brokers[0].int('port')}" in world.pool.bootstrap, "another port")
    same(rows[0].int("controller"), brokers[0].int("broker"), "controller")
