# Makes the two files that Connect wants, and starts it.
set -eu
cat > "$KBENCH_STATE/worker.properties" <<WORKER
bootstrap.servers=$KBENCH_BOOTSTRAP
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.storage.file.filename=$KBENCH_STATE/offsets
offset.flush.interval.ms=500
plugin.path=$(ls "$KAFKA_HOME"/libs/connect-file-*.jar)
listeners=http://127.0.0.1:0
connector.client.config.override.policy=All
WORKER
cat > "$KBENCH_STATE/sink.properties" <<SINK
name=file
connector.class=org.apache.kafka.connect.file.FileStreamSinkConnector
tasks.max=1
topics=$KBENCH_TOPIC
file=$KBENCH_OUTPUT
consumer.override.group.id=$KBENCH_GROUP
consumer.override.auto.offset.reset=earliest
SINK
exec "$KAFKA_HOME/bin/connect-standalone.sh" "$KBENCH_STATE/worker.properties" "$KBENCH_STATE/sink.properties"
