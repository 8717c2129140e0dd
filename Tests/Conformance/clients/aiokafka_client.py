# The agent of aiokafka, whose loop runs on a thread of its own, so that its members' heartbeats go on.
import asyncio
import functools
import sys
import threading

import aiokafka
from aiokafka import errors
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from agent import Cannot, row, serve

WAIT = 20
ASSIGNORS = {
    "range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor, "sticky": StickyPartitionAssignor}


def on_loop(method):
    @functools.wraps(method)
    def call(self, *arguments):
        return asyncio.run_coroutine_threadsafe(method(self, *arguments), self.loop).result()
    return call


def check(code, text):
    if code:
        raise errors.for_code(code)(text)


class Client:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.producers, self.consumers = {}, {}
        self.admin_client = None
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def code_of(self, error):
        if isinstance(error, (errors.KafkaTimeoutError, asyncio.TimeoutError)):
            return 7
        if isinstance(error, errors.ProducerFenced):
            return 90
        if isinstance(error, errors.IncompatibleBrokerVersion):
            return 35
        # One exception stands for three errors of a commit: the member is unknown, late, or fenced.
        if isinstance(error, errors.CommitFailedError):
            return 25
        code = getattr(error, "errno", None)
        if isinstance(code, int):
            return code
        return -1 if isinstance(error, errors.KafkaError) else None

    async def admin(self):
        if self.admin_client is None:
            client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
            await client.start()
            self.admin_client = client
        return self.admin_client

    @on_loop
    async def op_reset(self, fields):
        for consumer in self.consumers.values():
            await consumer.stop()
        for producer in self.producers.values():
            try:
                await asyncio.wait_for(producer.stop(), 3)
            except (errors.KafkaError, asyncio.TimeoutError):
                pass
        if self.admin_client is not None:
            await self.admin_client.close()
        self.producers, self.consumers, self.admin_client = {}, {}, None

    # Producing

    @on_loop
    async def op_producer(self, fields):
        acks = fields.text("acks", "all")
        compression = fields.text("compression", "none")
        settings = {
            "acks": acks if acks == "all" else int(acks), "linger_ms": fields.int("linger", 5),
            "compression_type": None if compression == "none" else compression, "request_timeout_ms": 10000,
            "enable_idempotence": fields.flag("idempotent"), "metadata_max_age_ms": 1000}
        if fields.text("transactional"):
            settings.update(
                transactional_id=fields.text("transactional"), enable_idempotence=True,
                transaction_timeout_ms=fields.int("txn-timeout", 15000))
        if fields.int("batch"):
            settings["max_batch_size"] = fields.int("batch")
        if fields.int("max-request"):
            settings["max_request_size"] = settings["max_batch_size"] = fields.int("max-request")
        producer = aiokafka.AIOKafkaProducer(bootstrap_servers=self.bootstrap, **settings)
        # A producer with a transactional id registers it when it starts, so that is left to `init-transactions`.
        if not fields.text("transactional"):
            await producer.start()
        self.producers[fields.text("id")] = producer

    def producer(self, fields):
        return self.producers[fields.text("id")]

    @on_loop
    async def op_send(self, fields, records):
        futures = []
        for record in records:
            futures.append(await self.producer(fields).send(
                fields.text("topic"), record.value, record.key, partition=fields.int("partition"),
                timestamp_ms=record.timestamp, headers=record.headers))
        for future in futures:
            found = await asyncio.wait_for(future, WAIT)
            row(partition=found.partition if found else fields.int("partition", -1),
                offset=found.offset if found else -1)

    @on_loop
    async def op_init_transactions(self, fields):
        await self.producer(fields).start()

    @on_loop
    async def op_begin(self, fields):
        await self.producer(fields).begin_transaction()

    @on_loop
    async def op_commit_transaction(self, fields):
        await asyncio.wait_for(self.producer(fields).commit_transaction(), WAIT)

    @on_loop
    async def op_abort_transaction(self, fields):
        await asyncio.wait_for(self.producer(fields).abort_transaction(), WAIT)

    @on_loop
    async def op_send_offsets(self, fields):
        consumer = self.consumers[fields.text("consumer")]
        await asyncio.wait_for(
            self.producer(fields).send_offsets_to_transaction(self.offsets(fields), consumer._group_id), WAIT)

    @on_loop
    async def op_close_producer(self, fields):
        await self.producers.pop(fields.text("id")).stop()

    # Reading

    @on_loop
    async def op_consumer(self, fields):
        if fields.text("assignor", "range") not in ASSIGNORS:
            raise Cannot("no assignor " + fields.text("assignor"))
        settings = {
            "group_id": fields.text("group"), "enable_auto_commit": fields.flag("auto-commit"),
            "auto_commit_interval_ms": 500, "auto_offset_reset": fields.text("reset", "earliest"),
            "isolation_level": fields.text("isolation", "read_uncommitted"),
            "fetch_max_wait_ms": fields.int("max-wait", 100), "fetch_min_bytes": fields.int("min-bytes", 1),
            "heartbeat_interval_ms": 500, "session_timeout_ms": fields.int("session", 6000),
            "metadata_max_age_ms": 1000,
            "partition_assignment_strategy": [ASSIGNORS[fields.text("assignor", "range")]]}
        if fields.text("instance"):
            settings["group_instance_id"] = fields.text("instance")
        if fields.int("fetch-max"):
            settings["fetch_max_bytes"] = fields.int("fetch-max")
        if fields.int("partition-max"):
            settings["max_partition_fetch_bytes"] = fields.int("partition-max")
        consumer = aiokafka.AIOKafkaConsumer(bootstrap_servers=self.bootstrap, **settings)
        await consumer.start()
        self.consumers[fields.text("id")] = consumer

    def consumer(self, fields):
        return self.consumers[fields.text("id")]

    def places(self, fields):
        return [(TopicPartition(words[0], int(words[1])), words[2:]) for words in fields.lists("tp")]

    def offsets(self, fields):
        return {
            place: OffsetAndMetadata(int(rest[0]), rest[1] if len(rest) > 1 else "")
            for place, rest in self.places(fields)}

    @on_loop
    async def op_assign(self, fields):
        consumer = self.consumer(fields)
        places = self.places(fields)
        consumer.assign([place for place, _ in places])
        for place, rest in places:
            if rest and int(rest[0]) == -2:
                await consumer.seek_to_beginning(place)
            elif rest and int(rest[0]) == -1:
                await consumer.seek_to_end(place)
            elif rest:
                consumer.seek(place, int(rest[0]))

    @on_loop
    async def op_seek(self, fields):
        for place, rest in self.places(fields):
            self.consumer(fields).seek(place, int(rest[0]))

    @on_loop
    async def op_subscribe(self, fields):
        pattern = fields.text("pattern")
        if pattern:
            self.consumer(fields).subscribe(pattern="^" + pattern)
        else:
            self.consumer(fields).subscribe(fields.texts("topic"))

    @on_loop
    async def op_poll(self, fields):
        end = self.loop.time() + fields.int("timeout", 1000) / 1000
        left = fields.int("count", 1)
        while True:
            rest = end - self.loop.time()
            found = await self.consumer(fields).getmany(
                timeout_ms=int(max(0, min(rest, 0.5)) * 1000), max_records=left)
            for records in found.values():
                for record in records:
                    row(topic=record.topic, partition=record.partition, offset=record.offset, value=record.value,
                        key=record.key, headers=record.headers, timestamp=record.timestamp,
                        create=int(record.timestamp_type == 0))
                    left -= 1
            if left <= 0 or rest <= 0:
                return

    @on_loop
    async def op_assignment(self, fields):
        for place in self.consumer(fields).assignment():
            row(topic=place.topic, partition=place.partition)

    @on_loop
    async def op_commit(self, fields):
        await asyncio.wait_for(self.consumer(fields).commit(self.offsets(fields) or None), WAIT)

    @on_loop
    async def op_committed(self, fields):
        for place, _ in self.places(fields):
            offset = await self.consumer(fields).committed(place)
            row(topic=place.topic, partition=place.partition, offset=-1 if offset is None else offset)

    @on_loop
    async def op_position(self, fields):
        for place, _ in self.places(fields):
            offset = await asyncio.wait_for(self.consumer(fields).position(place), WAIT)
            row(topic=place.topic, partition=place.partition, offset=offset)

    @on_loop
    async def op_times(self, fields):
        wanted = {place: int(rest[0]) for place, rest in self.places(fields)}
        for place, found in (await self.consumer(fields).offsets_for_times(wanted)).items():
            row(partition=place.partition, offset=-1 if found is None else found.offset)

    @on_loop
    async def op_watermarks(self, fields):
        for place, _ in self.places(fields):
            consumer = self.consumer(fields)
            low, high = await consumer.beginning_offsets([place]), await consumer.end_offsets([place])
            row(low=low[place], high=high[place])

    @on_loop
    async def op_leave(self, fields):
        await self.consumers.pop(fields.text("id")).stop()

    # Administration

    @on_loop
    async def op_create_topic(self, fields):
        topic = NewTopic(
            fields.text("topic"), fields.int("partitions", 1), fields.int("replication", 1),
            topic_configs={name: value for name, value in fields.lists("config")})
        answer = await (await self.admin()).create_topics([topic], validate_only=fields.flag("validate"))
        for name, code, *_ in answer.topic_errors:
            check(code, name)

    @on_loop
    async def op_delete_topic(self, fields):
        answer = await (await self.admin()).delete_topics([fields.text("topic")])
        for name, code, *_ in answer.topic_error_codes:
            check(code, name)

    @on_loop
    async def op_create_partitions(self, fields):
        await (await self.admin()).create_partitions({fields.text("topic"): NewPartitions(fields.int("count"))})

    @on_loop
    async def op_list_topics(self, fields):
        for name in await (await self.admin()).list_topics():
            row(topic=name)

    @on_loop
    async def op_describe_topic(self, fields):
        for topic in await (await self.admin()).describe_topics([fields.text("topic")]):
            check(topic["error_code"], topic["topic"])
            for place in topic["partitions"]:
                row(partition=place["partition"], leader=place["leader"], replicas=len(place["replicas"]))

    @on_loop
    async def op_describe_config(self, fields):
        resource = ConfigResource(ConfigResourceType.TOPIC, fields.text("topic"))
        for answer in await (await self.admin()).describe_configs([resource]):
            for code, text, _, name, entries, *_ in answer.resources:
                check(code, text or name)
                for key, value, *_ in entries:
                    row(name=key, value=value)

    @on_loop
    async def op_alter_config(self, fields):
        entries = {name: value for name, value in fields.lists("config")}
        resource = ConfigResource(ConfigResourceType.TOPIC, fields.text("topic"), entries)
        for answer in await (await self.admin()).alter_configs([resource]):
            for code, text, *_ in answer.resources:
                check(code, text)

    @on_loop
    async def op_list_groups(self, fields):
        for group in await (await self.admin()).list_consumer_groups():
            row(group=group[0])

    @on_loop
    async def op_describe_group(self, fields):
        for answer in await (await self.admin()).describe_consumer_groups([fields.text("group")]):
            for code, name, state, _, assignor, members, *_ in answer.groups:
                check(code, name)
                row(state=state.lower(), assignor=assignor)
                for member in members:
                    row(member=member[0])

    @on_loop
    async def op_group_offsets(self, fields):
        wanted = [place for place, _ in self.places(fields)] or None
        found = await (await self.admin()).list_consumer_group_offsets(fields.text("group"), partitions=wanted)
        for place, offset in found.items():
            row(topic=place.topic, partition=place.partition, offset=offset.offset, metadata=offset.metadata)

    @on_loop
    async def op_delete_records(self, fields):
        wanted = {place: RecordsToDelete(int(rest[0])) for place, rest in self.places(fields)}
        for low in (await (await self.admin()).delete_records(wanted)).values():
            row(low=low)

    @on_loop
    async def op_describe_cluster(self, fields):
        cluster = await (await self.admin()).describe_cluster()
        row(cluster=cluster.get("cluster_id"), controller=cluster["controller_id"])
        for node in cluster["brokers"]:
            row(broker=node["node_id"], host=node["host"], port=node["port"])


serve(Client(sys.argv[1]))
