# Bytewax: each number of the input becomes one result; it reads to the end of the topic and ends.
import os

import bytewax.operators as operators
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow

brokers = [os.environ["BOOTSTRAP"]]
flow = Dataflow("pass_on")
stream = kafka.input("read", flow, brokers=brokers, topics=[os.environ["SOURCE"]], tail=False)
results = operators.map("make", stream.oks, lambda message: KafkaSinkMessage(message.key, message.value))
kafka.output("write", results, brokers=brokers, topic=os.environ["TARGET"])
