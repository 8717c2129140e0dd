# confluent-kafka with automatic commits: consume() hands over a hundred records, and the offsets of all of them may be
# committed from then on, while the first is still worked on.
import os
import time

from confluent_kafka import Consumer

consumer = Consumer({
    "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
    "auto.offset.reset": "earliest", "auto.commit.interval.ms": 100})
consumer.subscribe([os.environ["KBENCH_TOPIC"]])
with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
    while True:
        for record in consumer.consume(100, 1):
            if record.error():
                continue
            time.sleep(0.001)  # the work
            output.write(record.value() + b"\n")
