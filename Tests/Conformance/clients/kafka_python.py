# The agent of kafka-python.
import re
import sys
import time

import kafka
from kafka import errors
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.structs import OffsetAndMetadata, TopicPartition

from agent import Cannot, Failed, row, serve

WAIT = 20
ASSIGNORS = {
    "range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor, "sticky": StickyPartitionAssignor,
    "cooperative-sticky": CooperativeStickyAssignor}


class Client:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.producers, self.consumers, self.remembered = {}, {}, {}
        self.admin_client = None

    def code_of(self, error):
        if isinstance(error, (errors.KafkaTimeoutError, TimeoutError)):
            return 7
        # What the library finds out by itself comes without a number.
        if isinstance(error, getattr(errors, "OffsetOutOfRangeError")):
            return 1
        if isinstance(error, errors.CommitFailedError):
            return 25
        code = getattr(error, "errno", None)
        if isinstance(code, int):
            return code
        return -1 if isinstance(error, errors.KafkaError) else None

    @property
    def admin(self):
        if self.admin_client is None:
            self.admin_client = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        return self.admin_client

    def op_reset(self, fields):
        for consumer in self.consumers.values():
            consumer.close(autocommit=False, timeout_ms=3000)
        for producer in self.producers.values():
            producer.close(timeout=0)
        if self.admin_client is not None:
            self.admin_client.close()
        self.producers, self.consumers, self.admin_client = {}, {}, None

    # Producing

    def op_producer(self, fields):
        acks = fields.text("acks", "all")
        compression = fields.text("compression", "none")
        settings = {
            "acks": acks if acks == "all" else int(acks), "linger_ms": fields.int("linger", 5),
            "compression_type": None if compression == "none" else compression, "delivery_timeout_ms": 15000,
            "request_timeout_ms": 10000, "enable_idempotence": fields.flag("idempotent"), "max_block_ms": 15000}
        if fields.text("transactional"):
            settings.update(
                transactional_id=fields.text("transactional"), enable_idempotence=True,
                transaction_timeout_ms=fields.int("txn-timeout", 15000))
        if fields.int("batch"):
            settings["batch_size"] = fields.int("batch")
        if fields.int("max-request"):
            settings["max_request_size"] = fields.int("max-request")
        self.producers[fields.text("id")] = kafka.KafkaProducer(bootstrap_servers=self.bootstrap, **settings)

    def producer(self, fields):
        return self.producers[fields.text("id")]

    def op_send(self, fields, records):
        producer = self.producer(fields)
        if any(content is None for record in records for _, content in record.headers):
            raise Cannot("headers without a value")
        futures = [
            producer.send(
                fields.text("topic"), record.value, record.key, headers=record.headers,
                partition=fields.int("partition"), timestamp_ms=record.timestamp)
            for record in records]
        producer.flush(WAIT)
        for future in futures:
            found = future.get(WAIT)
            row(partition=found.partition, offset=found.offset)

    def op_init_transactions(self, fields):
        self.producer(fields).init_transactions()

    def op_begin(self, fields):
        self.producer(fields).begin_transaction()

    def op_commit_transaction(self, fields):
        self.producer(fields).commit_transaction()

    def op_abort_transaction(self, fields):
        self.producer(fields).abort_transaction()

    def op_send_offsets(self, fields):
        metadata = self.remembered.get(fields.text("metadata"))
        if metadata is None:
            metadata = self.consumers[fields.text("consumer")].group_metadata()
        self.producer(fields).send_offsets_to_transaction(self.offsets(fields), metadata)

    def op_remember(self, fields):
        self.remembered[fields.text("as")] = self.consumers[fields.text("id")].group_metadata()

    def op_close_producer(self, fields):
        self.producers.pop(fields.text("id")).close(timeout=WAIT)

    # Reading

    def op_consumer(self, fields):
        settings = {
            "group_id": fields.text("group"), "enable_auto_commit": fields.flag("auto-commit"),
            "auto_commit_interval_ms": 500, "auto_offset_reset": fields.text("reset", "earliest"),
            "isolation_level": fields.text("isolation", "read_uncommitted"),
            "fetch_max_wait_ms": fields.int("max-wait", 100), "fetch_min_bytes": fields.int("min-bytes", 1),
            "allow_auto_create_topics": fields.flag("auto-create"), "heartbeat_interval_ms": 500,
            "session_timeout_ms": fields.int("session", 6000), "metadata_max_age_ms": 1000,
            "partition_assignment_strategy": [ASSIGNORS[fields.text("assignor", "range")]]}
        if fields.text("instance"):
            settings["group_instance_id"] = fields.text("instance")
        if fields.int("fetch-max"):
            settings["fetch_max_bytes"] = fields.int("fetch-max")
        if fields.int("partition-max"):
            settings["max_partition_fetch_bytes"] = fields.int("partition-max")
        self.consumers[fields.text("id")] = kafka.KafkaConsumer(bootstrap_servers=self.bootstrap, **settings)

    def consumer(self, fields):
        return self.consumers[fields.text("id")]

    def places(self, fields):
        return [(TopicPartition(words[0], int(words[1])), words[2:]) for words in fields.lists("tp")]

    def offsets(self, fields):
        return {
            place: OffsetAndMetadata(int(rest[0]), rest[1] if len(rest) > 1 else "", -1)
            for place, rest in self.places(fields)}

    def op_assign(self, fields):
        consumer = self.consumer(fields)
        places = self.places(fields)
        consumer.assign([place for place, _ in places])
        for place, rest in places:
            if rest and int(rest[0]) == -2:
                consumer.seek_to_beginning(place)
            elif rest and int(rest[0]) == -1:
                consumer.seek_to_end(place)
            elif rest:
                consumer.seek(place, int(rest[0]))

    def op_seek(self, fields):
        for place, rest in self.places(fields):
            self.consumer(fields).seek(place, int(rest[0]))

    def op_subscribe(self, fields):
        pattern = fields.text("pattern")
        if pattern:
            self.consumer(fields).subscribe(pattern="^" + pattern)
        else:
            self.consumer(fields).subscribe(fields.texts("topic"))

    def op_poll(self, fields):
        end = time.monotonic() + fields.int("timeout", 1000) / 1000
        left = fields.int("count", 1)
        while True:
            rest = end - time.monotonic()
            found = self.consumer(fields).poll(timeout_ms=int(max(0, min(rest, 0.5)) * 1000), max_records=left)
            for records in found.values():
                for record in records:
                    row(topic=record.topic, partition=record.partition, offset=record.offset, value=record.value,
                        key=record.key, headers=record.headers, timestamp=record.timestamp,
                        create=int(record.timestamp_type == 0))
                    left -= 1
            if left <= 0 or rest <= 0:
                return

    def op_assignment(self, fields):
        for place in self.consumer(fields).assignment():
            row(topic=place.topic, partition=place.partition)

    def op_commit(self, fields):
        self.consumer(fields).commit(self.offsets(fields) or None, timeout_ms=WAIT * 1000)

    def op_committed(self, fields):
        for place, _ in self.places(fields):
            found = self.consumer(fields).committed(place, metadata=True, timeout_ms=WAIT * 1000)
            none = found is None or found.offset is None or found.offset < 0
            row(topic=place.topic, partition=place.partition, offset=-1 if none else found.offset,
                metadata=None if none else found.metadata)

    def op_position(self, fields):
        for place, _ in self.places(fields):
            offset = self.consumer(fields).position(place, timeout_ms=WAIT * 1000)
            row(topic=place.topic, partition=place.partition, offset=offset)

    def op_times(self, fields):
        wanted = {place: int(rest[0]) for place, rest in self.places(fields)}
        for place, found in self.consumer(fields).offsets_for_times(wanted).items():
            row(partition=place.partition, offset=-1 if found is None else found.offset)

    def op_watermarks(self, fields):
        for place, _ in self.places(fields):
            consumer = self.consumer(fields)
            row(low=consumer.beginning_offsets([place])[place], high=consumer.end_offsets([place])[place])

    def op_leave(self, fields):
        self.consumers.pop(fields.text("id")).close(timeout_ms=5000)

    # Administration

    def op_create_topic(self, fields):
        options = {"num_partitions": fields.int("partitions", 1), "replication_factor": fields.int("replication", 1),
                   "configs": {name: value for name, value in fields.lists("config")}}
        self.admin.create_topics({fields.text("topic"): options}, validate_only=fields.flag("validate"))

    def op_delete_topic(self, fields):
        self.admin.delete_topics([fields.text("topic")])

    def op_create_partitions(self, fields):
        self.admin.create_partitions({fields.text("topic"): fields.int("count")})

    def op_list_topics(self, fields):
        for name in self.admin.list_topics():
            row(topic=name)

    def op_describe_topic(self, fields):
        for topic in self.admin.describe_topics([fields.text("topic")]):
            if topic["error_code"]:
                raise errors.for_code(topic["error_code"])(topic["name"])
            for place in topic["partitions"]:
                row(partition=place["partition_index"], leader=place["leader_id"],
                    replicas=len(place["replica_nodes"]))

    def op_describe_config(self, fields):
        resource = ConfigResource(ConfigResourceType.TOPIC, fields.text("topic"))
        if fields.text("topic") not in self.admin.list_topics():
            raise Cannot("errors of configurations")
        for topics in self.admin.describe_configs([resource], config_filter="all").values():
            for entries in topics.values():
                for name, entry in entries.items():
                    row(name=name, value=entry["value"])

    def op_alter_config(self, fields):
        entries = {name: value for name, value in fields.lists("config")}
        resource = ConfigResource(ConfigResourceType.TOPIC, fields.text("topic"), entries)
        for topics in self.admin.alter_configs([resource]).values():
            for outcome in topics.values():
                number = re.search(r"\[Error (\d+)\]", str(outcome))
                if number:
                    raise Failed(int(number[1]), str(outcome))

    def op_list_groups(self, fields):
        for group in self.admin.list_groups():
            row(group=group["group_id"])

    def op_describe_group(self, fields):
        group = self.admin.describe_groups([fields.text("group")])[fields.text("group")]
        row(state=str(getattr(group["group_state"], "value", group["group_state"])).lower(),
            assignor=group["protocol_data"])
        for member in group["members"]:
            assigned = (member["member_assignment"] or {}).get("assigned_partitions", [])
            row(member=member["member_id"], instance=member.get("group_instance_id"),
                partitions=sum(len(topic["partitions"]) for topic in assigned))

    def op_delete_group(self, fields):
        self.outcome(self.admin.delete_groups([fields.text("group")]))

    def outcome(self, results):
        for result in results.values():
            if isinstance(result, str) and result != "OK":
                raise getattr(errors, result)()
            if isinstance(result, type) and result.errno:
                raise result()

    def op_group_offsets(self, fields):
        wanted = [place for place, _ in self.places(fields)] or None
        for places in self.admin.list_group_offsets({fields.text("group"): wanted}).values():
            for place, found in places.items():
                row(topic=place.topic, partition=place.partition, offset=found.offset, metadata=found.metadata)

    def op_alter_group_offsets(self, fields):
        self.outcome(self.admin.alter_group_offsets(fields.text("group"), self.offsets(fields)))

    def op_delete_group_offsets(self, fields):
        places = [place for place, _ in self.places(fields)]
        self.outcome(self.admin.delete_group_offsets(fields.text("group"), places))

    def op_delete_records(self, fields):
        wanted = {place: int(rest[0]) for place, rest in self.places(fields)}
        for found in self.admin.delete_records(wanted).values():
            row(low=found["low_watermark"])

    def op_describe_cluster(self, fields):
        cluster = self.admin.describe_cluster()
        row(cluster=cluster["cluster_id"], controller=cluster["controller_id"])
        for node in cluster["brokers"]:
            row(broker=node.get("broker_id", node.get("node_id")), host=node["host"], port=node["port"])


serve(Client(sys.argv[1]))
