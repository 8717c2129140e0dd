# confluent-kafka from topic to topic: results and offsets in one transaction.
import os

from confluent_kafka import Consumer, Producer

bootstrap, group = os.environ["KBENCH_BOOTSTRAP"], os.environ["KBENCH_GROUP"]
consumer = Consumer({
    "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False,
    "isolation.level": "read_committed"})
# The same name in every life: that is how a life ends the transaction of the one before it.
producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": group + "-0"})
producer.init_transactions()
consumer.subscribe([os.environ["KBENCH_TOPIC"]])
while True:
    records = [record for record in consumer.consume(100, 0.2) if not record.error()]
    if not records:
        continue
    producer.begin_transaction()
    for record in records:
        producer.produce(os.environ["KBENCH_OUTPUT_TOPIC"], record.value())
    producer.send_offsets_to_transaction(
        consumer.position(consumer.assignment()), consumer.consumer_group_metadata())
    producer.commit_transaction()
