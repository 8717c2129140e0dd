# Faust: each number of the input becomes one result.
import sys

import faust

bootstrap, source, target, group, folder = sys.argv[1:]
app = faust.App(
    group, broker="kafka://" + bootstrap, store="memory://", datadir=folder, web_enabled=False, topic_partitions=2,
    broker_session_timeout=10, broker_heartbeat_interval=1, broker_commit_interval=0.5, value_serializer="raw")
inputs = app.topic(source, value_type=bytes, value_serializer="raw", partitions=2)
results = app.topic(target, value_type=bytes, value_serializer="raw", partitions=2)


@app.agent(inputs)
async def pass_on(stream):
    async for value in stream:
        await results.send(value=value)


sys.argv = [sys.argv[0], "worker", "--loglevel", "INFO", "--without-web"]
app.main()
