# kafka-python with automatic commits.
import os
import time

from kafka import KafkaConsumer

consumer = KafkaConsumer(
    os.environ["KBENCH_TOPIC"], bootstrap_servers=os.environ["KBENCH_BOOTSTRAP"], group_id=os.environ["KBENCH_GROUP"],
    auto_offset_reset="earliest", auto_commit_interval_ms=100)
with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
    for record in consumer:
        time.sleep(0.0005)  # the work
        output.write(record.value + b"\n")
