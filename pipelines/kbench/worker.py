# kbench's own engine as a command like any other: `kbench worker` is told by a file what to run; the only word is the
# strategy. It reads to the end of the topic and ends. Its rows are in {state}/sink; rows.py prints them.
import json
import os
import sys

from confluent_kafka import Consumer, TopicPartition

bootstrap, topic, state = (os.environ["KBENCH_" + name] for name in ("BOOTSTRAP", "TOPIC", "STATE"))
consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": os.environ["KBENCH_GROUP"]})
partitions = consumer.list_topics(topic).topics[topic].partitions
marks = [consumer.get_watermark_offsets(TopicPartition(topic, number)) for number in sorted(partitions)]
consumer.close()
configuration = {
    "bootstrap": bootstrap, "topic": topic, "properties": [], "client": "librdkafka",
    "countersPath": state + ".counters", "offsetStore": {"kafka": {}},
    "engine": {
        "strategy": sys.argv[1], "sink": "append", "job": "identity", "origin": "anyone", "directory": state,
        "group": os.environ["KBENCH_GROUP"], "membership": {"manual": {}}, "fidelity": {"deviations": []},
        "starts": [low for low, _ in marks], "ends": [high for _, high in marks],
        "cuts": {"count": {"block": 100, "batch": 500}}, "limits": {"minRatePerPartition": 1},
        "tasks": {"slots": 1, "simulatedWorkMicroseconds": 0}, "taskAttempts": 4, "onDataLoss": "fail",
        "programVersion": 1, "firstBatchIsUnlimited": False, "checkpointLagTasks": 0, "groupCommitBlocks": 1,
        "autoCommitBlocks": 10, "chunkRecords": 16384, "readTimeoutMilliseconds": 30000, "walSegmentBytes": 67108864,
        "cutsByBatch": False}}
with open(state + ".json", "w") as file:
    json.dump(configuration, file)
# A worker ends with its standard input. This one has it until it ends itself.
reader, writer = os.pipe()
os.write(writer, b"[]\n")
os.dup2(reader, 0)
os.set_inheritable(writer, True)
binary = os.environ.get("KBENCH_BINARY", "../.build/release/kbench")
os.execv(binary, [binary, "worker", state + ".json"])
