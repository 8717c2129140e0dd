# A correct consumer that writes to a file, and with FAULT one that is not: committed-early, unflushed or truncated.
import os

from confluent_kafka import Consumer

fault = os.environ.get("FAULT", "")
consumer = Consumer({
    "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
    "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe([os.environ["KBENCH_TOPIC"]])
with open(os.environ["KBENCH_OUTPUT"], "wb" if fault == "truncated" else "ab", buffering=1 << 20) as output:
    while True:
        records = [record for record in consumer.consume(100, 0.2) if not record.error()]
        if not records:
            if fault == "unflushed":
                # At the end nothing is amiss: only who is killed in between has committed what is in no file.
                output.flush()
            continue
        if fault == "committed-early":
            consumer.commit(asynchronous=False)
        output.write(b"".join(record.value() + b"\n" for record in records))
        if fault != "unflushed":
            output.flush()
            os.fsync(output.fileno())
        if fault != "committed-early":
            consumer.commit(asynchronous=False)
