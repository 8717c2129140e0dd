# Bytewax from a topic to a file, with a recovery store; it reads to the end of the topic and ends.
import os

import bytewax.operators as op
from bytewax.connectors.files import FileSink
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow

flow = Dataflow("to_file")
stream = kafka.input(
    "read", flow, brokers=[os.environ["KBENCH_BOOTSTRAP"]], topics=[os.environ["KBENCH_TOPIC"]], tail=False,
    batch_size=50)
rows = op.map("row", stream.oks, lambda message: ("all", message.value.decode()))
op.output("write", rows, FileSink(os.environ["KBENCH_OUTPUT"]))
