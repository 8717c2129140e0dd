# Quix Streams, exactly once: each number of the input becomes one result, with a running count for its key.
import sys

from quixstreams import Application

bootstrap, source, target, group, folder = sys.argv[1:]


def count(value, state):
    seen = state.get("seen", 0) + 1
    state.set("seen", seen)
    return f"{value} {seen}"


app = Application(
    broker_address=bootstrap, consumer_group=group, auto_offset_reset="earliest", commit_interval=0.3,
    processing_guarantee="exactly-once", state_dir=folder, loglevel="INFO",
    consumer_extra_config={"session.timeout.ms": 6000, "heartbeat.interval.ms": 500},
    producer_extra_config={"transaction.timeout.ms": 10000})
results = app.topic(target, value_serializer="str")
stream = app.dataframe(app.topic(source, value_deserializer="str"))
stream.apply(count, stateful=True).to_topic(results)
app.run()
