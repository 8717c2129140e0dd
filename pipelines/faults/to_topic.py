# A correct transactional consumer and producer, and with FAULT one that is not: offsets-outside or results-outside.
import os

from confluent_kafka import Consumer, Producer

fault = os.environ.get("FAULT", "")
bootstrap, group = os.environ["KBENCH_BOOTSTRAP"], os.environ["KBENCH_GROUP"]
consumer = Consumer({
    "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False,
    "isolation.level": "read_committed"})
producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": group + "-0"})
producer.init_transactions()
plain = Producer({"bootstrap.servers": bootstrap})
consumer.subscribe([os.environ["KBENCH_TOPIC"]])
while True:
    records = [record for record in consumer.consume(100, 0.2) if not record.error()]
    if not records:
        continue
    producer.begin_transaction()
    for record in records:
        to = plain if fault == "results-outside" else producer
        to.produce(os.environ["KBENCH_OUTPUT_TOPIC"], record.value())
    plain.flush()
    if fault != "offsets-outside":
        producer.send_offsets_to_transaction(
            consumer.position(consumer.assignment()), consumer.consumer_group_metadata())
    producer.commit_transaction()
    if fault == "offsets-outside":
        consumer.commit(asynchronous=False)
