# The agent of confluent-kafka for Python.
import sys
import time

import confluent_kafka as ck
from confluent_kafka import admin as cka

from agent import Cannot, Failed, row, serve

WAIT = 20


class Client:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.producers, self.consumers, self.remembered = {}, {}, {}
        self.admin_client = None

    def code_of(self, error):
        if isinstance(error, ck.KafkaException) and isinstance(error.args[0], ck.KafkaError):
            return error.args[0].code()
        return None

    @property
    def admin(self):
        if self.admin_client is None:
            self.admin_client = cka.AdminClient({"bootstrap.servers": self.bootstrap})
        return self.admin_client

    def op_reset(self, fields):
        for consumer in self.consumers.values():
            consumer.close()
        for producer in self.producers.values():
            producer.purge()
        self.producers, self.consumers, self.admin_client = {}, {}, None

    # Producing

    def op_producer(self, fields):
        settings = {
            "bootstrap.servers": self.bootstrap, "acks": fields.text("acks", "all"),
            "compression.type": fields.text("compression", "none"), "linger.ms": fields.int("linger", 5),
            "topic.metadata.refresh.interval.ms": 1000, "delivery.timeout.ms": 15000}
        if fields.flag("idempotent"):
            settings["enable.idempotence"] = True
        if fields.text("transactional"):
            settings["transactional.id"] = fields.text("transactional")
            settings["transaction.timeout.ms"] = fields.int("txn-timeout", 15000)
            settings["delivery.timeout.ms"] = min(15000, settings["transaction.timeout.ms"])
        if fields.int("batch"):
            settings["batch.size"] = fields.int("batch")
        if fields.int("max-request"):
            settings["message.max.bytes"] = fields.int("max-request")
        self.producers[fields.text("id")] = ck.Producer(settings)

    def op_send(self, fields, records):
        producer = self.producers[fields.text("id")]
        results = [None] * len(records)

        def delivered(place):
            def note(error, message):
                results[place] = (error, message)
            return note

        for place, record in enumerate(records):
            extra = {}
            if fields.int("partition") is not None:
                extra["partition"] = fields.int("partition")
            if record.timestamp is not None:
                extra["timestamp"] = record.timestamp
            while True:
                try:
                    producer.produce(
                        fields.text("topic"), record.value, record.key, headers=record.headers or None,
                        on_delivery=delivered(place), **extra)
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.flush(WAIT)
        for result in results:
            if result is None:
                raise Failed(7, "not delivered in time")
            error, message = result
            if error is not None:
                raise Failed(error.code(), error.str())
            row(partition=message.partition(), offset=message.offset())

    def op_init_transactions(self, fields):
        self.producers[fields.text("id")].init_transactions(WAIT)

    def op_begin(self, fields):
        self.producers[fields.text("id")].begin_transaction()

    def op_commit_transaction(self, fields):
        self.producers[fields.text("id")].commit_transaction(WAIT)

    def op_abort_transaction(self, fields):
        self.producers[fields.text("id")].abort_transaction(WAIT)

    def op_send_offsets(self, fields):
        metadata = self.remembered.get(fields.text("metadata"))
        if metadata is None:
            metadata = self.consumers[fields.text("consumer")].consumer_group_metadata()
        self.producers[fields.text("id")].send_offsets_to_transaction(self.offsets(fields), metadata, WAIT)

    def op_remember(self, fields):
        self.remembered[fields.text("as")] = self.consumers[fields.text("id")].consumer_group_metadata()

    def op_close_producer(self, fields):
        producer = self.producers.pop(fields.text("id"))
        producer.flush(WAIT)

    # Reading

    def op_consumer(self, fields):
        settings = {
            "bootstrap.servers": self.bootstrap, "group.id": fields.text("group", "none"),
            "enable.auto.commit": fields.flag("auto-commit"), "auto.commit.interval.ms": 500,
            "auto.offset.reset": fields.text("reset", "earliest").replace("none", "error"),
            "isolation.level": fields.text("isolation", "read_uncommitted"),
            "fetch.wait.max.ms": fields.int("max-wait", 100), "fetch.min.bytes": fields.int("min-bytes", 1),
            "allow.auto.create.topics": fields.flag("auto-create"), "heartbeat.interval.ms": 500,
            "session.timeout.ms": fields.int("session", 6000), "topic.metadata.refresh.interval.ms": 1000}
        settings["partition.assignment.strategy"] = fields.text("assignor", "range")
        if fields.text("assignor") == "sticky":
            raise Cannot("no assignor sticky")
        if fields.int("session", 0) > 300000:
            settings["max.poll.interval.ms"] = fields.int("session")
        if fields.text("instance"):
            settings["group.instance.id"] = fields.text("instance")
        if fields.int("fetch-max"):
            settings["fetch.max.bytes"] = fields.int("fetch-max")
            settings["message.max.bytes"] = min(fields.int("fetch-max"), 1000)
        if fields.int("partition-max"):
            settings["max.partition.fetch.bytes"] = fields.int("partition-max")
        self.consumers[fields.text("id")] = ck.Consumer(settings)

    def consumer(self, fields):
        return self.consumers[fields.text("id")]

    def offsets(self, fields):
        found = []
        for words in fields.lists("tp"):
            offset = int(words[2]) if len(words) > 2 else ck.OFFSET_INVALID
            found.append(ck.TopicPartition(words[0], int(words[1]), offset, *words[3:]))
        return found

    def op_assign(self, fields):
        self.consumer(fields).assign(self.offsets(fields))

    def op_subscribe(self, fields):
        pattern = fields.text("pattern")
        self.consumer(fields).subscribe(["^" + pattern] if pattern else fields.texts("topic"))

    def op_poll(self, fields):
        end = time.monotonic() + fields.int("timeout", 1000) / 1000
        left = fields.int("count", 1)
        while True:
            rest = end - time.monotonic()
            message = self.consumer(fields).poll(max(0, min(rest, 0.5)))
            if message is not None:
                error = message.error()
                if error is not None:
                    raise Failed(error.code(), error.str())
                kind, timestamp = message.timestamp()
                row(topic=message.topic(), partition=message.partition(), offset=message.offset(),
                    value=message.value(), key=message.key(), headers=message.headers(), timestamp=timestamp,
                    create=int(kind == ck.TIMESTAMP_CREATE_TIME))
                left -= 1
            if left == 0 or rest <= 0:
                return

    def op_assignment(self, fields):
        for place in self.consumer(fields).assignment():
            row(topic=place.topic, partition=place.partition)

    def op_commit(self, fields):
        found = self.offsets(fields)
        extra = {"offsets": found} if found else {}
        for place in self.consumer(fields).commit(asynchronous=False, **extra):
            if place.error is not None:
                raise Failed(place.error.code(), place.error.str())

    def op_committed(self, fields):
        for place in self.consumer(fields).committed(self.offsets(fields), WAIT):
            if place.error is not None:
                raise Failed(place.error.code(), place.error.str())
            row(topic=place.topic, partition=place.partition, offset=max(place.offset, -1), metadata=place.metadata)

    def op_position(self, fields):
        for place in self.consumer(fields).position(self.offsets(fields)):
            row(topic=place.topic, partition=place.partition, offset=place.offset)

    def op_seek(self, fields):
        for place in self.offsets(fields):
            self.consumer(fields).seek(place)

    def op_times(self, fields):
        for place in self.consumer(fields).offsets_for_times(self.offsets(fields), WAIT):
            if place.error is not None:
                raise Failed(place.error.code(), place.error.str())
            row(partition=place.partition, offset=max(place.offset, -1))

    def op_watermarks(self, fields):
        for place in self.offsets(fields):
            low, high = self.consumer(fields).get_watermark_offsets(place, WAIT)
            row(low=low, high=high)

    def op_leave(self, fields):
        self.consumers.pop(fields.text("id")).close()

    # Administration

    def wait_for(self, futures):
        return {name: future.result(WAIT) for name, future in futures.items()}

    def op_create_topic(self, fields):
        topic = cka.NewTopic(
            fields.text("topic"), fields.int("partitions", 1), fields.int("replication", 1),
            config={name: value for name, value in fields.lists("config")})
        self.wait_for(self.admin.create_topics([topic], validate_only=fields.flag("validate")))

    def op_delete_topic(self, fields):
        self.wait_for(self.admin.delete_topics([fields.text("topic")]))

    def op_create_partitions(self, fields):
        self.wait_for(self.admin.create_partitions([cka.NewPartitions(fields.text("topic"), fields.int("count"))]))

    def op_list_topics(self, fields):
        for name in self.admin.list_topics(timeout=WAIT).topics:
            row(topic=name)

    def op_describe_topic(self, fields):
        futures = self.admin.describe_topics(ck.TopicCollection([fields.text("topic")]))
        for place in self.wait_for(futures)[fields.text("topic")].partitions:
            row(partition=place.id, leader=place.leader.id, replicas=len(place.replicas))

    def op_describe_config(self, fields):
        resource = cka.ConfigResource(cka.ResourceType.TOPIC, fields.text("topic"))
        for entries in self.wait_for(self.admin.describe_configs([resource])).values():
            for name, entry in entries.items():
                row(name=name, value=entry.value)

    def op_alter_config(self, fields):
        entries = [
            cka.ConfigEntry(name, value, incremental_operation=cka.AlterConfigOpType.SET)
            for name, value in fields.lists("config")]
        resource = cka.ConfigResource(cka.ResourceType.TOPIC, fields.text("topic"), incremental_configs=entries)
        self.wait_for(self.admin.incremental_alter_configs([resource]))

    def op_list_groups(self, fields):
        result = self.admin.list_consumer_groups().result(WAIT)
        for error in result.errors:
            raise error
        for group in result.valid:
            row(group=group.group_id)

    def op_describe_group(self, fields):
        group = self.wait_for(self.admin.describe_consumer_groups([fields.text("group")]))[fields.text("group")]
        row(state=group.state.name.lower(), assignor=group.partition_assignor)
        for member in group.members:
            places = member.assignment.topic_partitions if member.assignment else []
            row(member=member.member_id, instance=member.group_instance_id, partitions=len(places))

    def op_delete_group(self, fields):
        self.wait_for(self.admin.delete_consumer_groups([fields.text("group")]))

    def op_group_offsets(self, fields):
        request = ck.ConsumerGroupTopicPartitions(fields.text("group"), self.offsets(fields) or None)
        for answer in self.wait_for(self.admin.list_consumer_group_offsets([request])).values():
            for place in answer.topic_partitions:
                row(topic=place.topic, partition=place.partition, offset=max(place.offset, -1),
                    metadata=place.metadata)

    def op_alter_group_offsets(self, fields):
        request = ck.ConsumerGroupTopicPartitions(fields.text("group"), self.offsets(fields))
        for answer in self.wait_for(self.admin.alter_consumer_group_offsets([request])).values():
            for place in answer.topic_partitions:
                if place.error is not None:
                    raise Failed(place.error.code(), place.error.str())

    def op_delete_records(self, fields):
        for answer in self.wait_for(self.admin.delete_records(self.offsets(fields))).values():
            row(low=answer.low_watermark)

    def op_describe_cluster(self, fields):
        cluster = self.admin.describe_cluster().result(WAIT)
        row(cluster=cluster.cluster_id, controller=cluster.controller.id)
        for node in cluster.nodes:
            row(broker=node.id, host=node.host, port=node.port)


serve(Client(sys.argv[1]))
