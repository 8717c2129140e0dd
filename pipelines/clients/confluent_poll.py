# confluent-kafka with automatic commits: poll() hands over one record, and its offset may be committed from then on.
import os
import time

from confluent_kafka import Consumer

consumer = Consumer({
    "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
    "auto.offset.reset": "earliest", "auto.commit.interval.ms": 100})
consumer.subscribe([os.environ["KBENCH_TOPIC"]])
with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
    while True:
        record = consumer.poll(1)
        if record is None or record.error():
            continue
        time.sleep(0.0005)  # the work
        output.write(record.value() + b"\n")
