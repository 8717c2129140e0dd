# Bytewax from topic to topic, with a recovery store; it reads to the end of the topic and ends.
import os

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow

brokers = [os.environ["KBENCH_BOOTSTRAP"]]
flow = Dataflow("to_topic")
stream = kafka.input("read", flow, brokers=brokers, topics=[os.environ["KBENCH_TOPIC"]], tail=False, batch_size=50)
results = op.map("result", stream.oks, lambda message: KafkaSinkMessage(None, message.value))
kafka.output("write", results, brokers=brokers, topic=os.environ["KBENCH_OUTPUT_TOPIC"])
