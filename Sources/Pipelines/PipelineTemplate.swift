// The pipeline file and the consumer that `kbench judge new` writes: both run as they are, and say what else there is.

/// A pipeline to begin with.
package enum PipelineTemplate {
    /// The text of the pipeline file; its command is the consumer `NAME.py`. The lines in it that begin with `# key:` may
    /// each be put to use by taking the sign away.
    package static func pipeline(name: String) -> String {
        """
        # A pipeline for kbench judge, which kills it at exact points and counts what it loses and repeats. It runs as it is:
        #
        #     kbench judge check \(name).yaml
        #     kbench judge \(name).yaml
        #
        # Take a '#' away to use the key behind it. All keys are in docs/kbench.docc/Judge.md.
        pipeline: \(name)

        # Prints what it runs, and fails where that is not installed.
        version: [python3, -c, "import confluent_kafka as c; print('confluent-kafka', c.__version__)"]

        # What a life is: words, or a line for the shell, started in this file's folder. It finds the broker in
        # KBENCH_BOOTSTRAP, the topic in KBENCH_TOPIC, the name for its group in KBENCH_GROUP, and writes its rows to the
        # file KBENCH_OUTPUT, unless `output` says otherwise. In words {bootstrap}, {topic}, {group}, {output} and {state},
        # a folder that lasts from life to life, stand for them.
        command: [python3, \(name).py]
        # setup: ["python3 -m pip install --quiet confluent-kafka"]
        # env: {MODE: fast}

        # What it is fed: values such as {"id":"kbench-17","n":17,"pad":"..."}.
        input: {records: 1000, partitions: 4}

        # Where its rows are. A row may have any form: it is the record whose name stands in it.
        # output: {files: "{output}"}
        # output: {topic: "{output-topic}"}
        # output: {sqlite: "{state}/rows.db", query: "SELECT value FROM rows"}
        # identity: {json: id}

        # What it promises: exactly-once, at-least-once, at-most-once or none.
        guarantee: at-least-once

        # Where it is killed, and which of the times that it comes there. Without this: where it reads and commits.
        # kill: {points: [wire.offset-commit.request, wire.offset-commit.response], occurrences: [first, last]}
        # kill: {points: [file.write.after], occurrences: [middle]}

        # How long nothing new may come before it is taken for done.
        # drain: {quiet-ms: 500, timeout-s: 120}

        """
    }

    /// The text of the consumer.
    package static func consumer(name: String) -> String {
        #"""
        # The consumer that \#(name).yaml starts: it writes a row for each record, and commits what it has written.
        #
        # Change it to see what kbench judge finds: commit before the rows are written, or leave out the flush.
        from os import environ

        from confluent_kafka import Consumer

        consumer = Consumer({
            "bootstrap.servers": environ["KBENCH_BOOTSTRAP"],
            "group.id": environ["KBENCH_GROUP"],
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        })
        consumer.subscribe([environ["KBENCH_TOPIC"]])
        with open(environ["KBENCH_OUTPUT"], "ab") as rows:
            while True:
                messages = [message for message in consumer.consume(100, timeout=0.2) if not message.error()]
                if messages:
                    for message in messages:
                        rows.write(message.value() + b"\n")
                    rows.flush()
                    consumer.commit(asynchronous=False)

        """#
    }
}
