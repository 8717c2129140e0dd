# Pathway with persistence, from a topic to a file of JSON lines or to a topic; its only word is "file" or "kafka".
import os
import sys

import pathway as pw

settings = {
    "bootstrap.servers": os.environ["KBENCH_BOOTSTRAP"], "group.id": os.environ["KBENCH_GROUP"],
    "auto.offset.reset": "earliest", "session.timeout.ms": "6000"}
rows = pw.io.kafka.read(
    settings, topic=os.environ["KBENCH_TOPIC"], format="plaintext", autocommit_duration_ms=100, name="source")
if sys.argv[1] == "file":
    pw.io.jsonlines.write(rows, os.environ["KBENCH_OUTPUT"])
else:
    pw.io.kafka.write(rows, settings, topic_name=os.environ["KBENCH_OUTPUT_TOPIC"], format="json")
backend = pw.persistence.Backend.filesystem(os.environ["KBENCH_STATE"])
pw.run(
    monitoring_level=pw.MonitoringLevel.NONE,
    persistence_config=pw.persistence.Config(backend, snapshot_interval_ms=100))
