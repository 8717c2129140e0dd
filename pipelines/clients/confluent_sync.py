# confluent-kafka without automatic commits: a hundred records are written, then their offsets are committed.
import os

from confluent_kafka import Consumer

consumer = Consumer({
    "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
    "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe([os.environ["KBENCH_TOPIC"]])
with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
    while True:
        records = [record for record in consumer.consume(100, 0.2) if not record.error()]
        if records:
            output.write(b"".join(record.value() + b"\n" for record in records))
            consumer.commit(asynchronous=False)
