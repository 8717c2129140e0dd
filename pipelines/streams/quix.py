# Quix Streams from topic to topic; its only word is the guarantee.
import os
import sys

from quixstreams import Application

app = Application(
    broker_address=os.environ["KBENCH_BOOTSTRAP"], consumer_group=os.environ["KBENCH_GROUP"],
    auto_offset_reset="earliest", processing_guarantee=sys.argv[1], commit_every=100,
    state_dir=os.environ["KBENCH_STATE"],
    # Its transactional ids are new in each life, so what a killed life left open ends by this time alone.
    producer_extra_config={"transaction.timeout.ms": 6000})
source = app.topic(os.environ["KBENCH_TOPIC"], value_deserializer="bytes")
results = app.topic(os.environ["KBENCH_OUTPUT_TOPIC"], value_serializer="bytes")
app.dataframe(source).to_topic(results)
app.run()
