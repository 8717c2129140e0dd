# Makes the statements of a job that copies a topic, and runs them in a cluster of this process's own.
set -eu
newest=$(ls -1dt "$KBENCH_STATE"/*/chk-* 2>/dev/null | head -1 || true)
cat > "$KBENCH_STATE/job.sql" <<SQL
SET 'execution.target' = 'local';
SET 'execution.attached' = 'true';
SET 'execution.checkpointing.interval' = '500 ms';
SET 'execution.checkpointing.dir' = 'file://$KBENCH_STATE';
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';
${newest:+SET 'execution.state-recovery.path' = 'file://$newest';}
CREATE TABLE source (line STRING) WITH (
  'connector' = 'kafka', 'topic' = '$KBENCH_TOPIC', 'properties.bootstrap.servers' = '$KBENCH_BOOTSTRAP',
  'properties.group.id' = '$KBENCH_GROUP', 'scan.startup.mode' = 'earliest-offset', 'format' = 'raw');
CREATE TABLE target (line STRING) WITH (
  'connector' = 'kafka', 'topic' = '$KBENCH_OUTPUT_TOPIC', 'properties.bootstrap.servers' = '$KBENCH_BOOTSTRAP',
  'properties.transaction.timeout.ms' = '60000', 'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = '$KBENCH_GROUP', 'format' = 'raw');
SET 'table.dml-sync' = 'true';
INSERT INTO target SELECT line FROM source;
SQL
exec "$FLINK_HOME/bin/sql-client.sh" -f "$KBENCH_STATE/job.sql"
