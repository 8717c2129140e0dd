# Faust from topic to topic; its only word is the guarantee.
import os
import sys

import faust

app = faust.App(
    os.environ["KBENCH_GROUP"], broker="kafka://" + os.environ["KBENCH_BOOTSTRAP"], processing_guarantee=sys.argv[1],
    store="memory://", datadir=os.environ["KBENCH_STATE"], web_enabled=False, topic_partitions=4,
    broker_commit_interval=0.1)
source = app.topic(os.environ["KBENCH_TOPIC"], value_type=bytes, value_serializer="raw")
results = app.topic(os.environ["KBENCH_OUTPUT_TOPIC"], value_type=bytes, value_serializer="raw")


@app.agent(source)
async def pass_on(stream):
    async for value in stream:
        await results.send(value=value)


sys.argv = [sys.argv[0], "worker", "--loglevel", "WARN", "--without-web"]
app.main()
