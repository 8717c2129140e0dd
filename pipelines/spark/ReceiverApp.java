// Spark Streaming with a reliable receiver: a block is in Spark's write-ahead log, then its offsets are committed.
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.receiver.Receiver;

public class ReceiverApp {
    static class KafkaReceiver extends Receiver<String> {
        KafkaReceiver() {
            super(StorageLevel.MEMORY_AND_DISK_SER());
        }

        @Override
        public void onStart() {
            new Thread(this::receive, "kafka-receiver").start();
        }

        @Override
        public void onStop() {}

        private void receive() {
            try (var consumer = App.consumer(100)) {
                consumer.assign(App.partitions(consumer));
                while (!isStopped()) {
                    List<String> block = new ArrayList<>();
                    consumer.poll(Duration.ofMillis(200)).forEach(record -> block.add(record.value()));
                    if (!block.isEmpty()) {
                        store(block.iterator());  // returns when the block is in the log
                        consumer.commitSync();
                        Thread.sleep(50);  // so that a small load takes some batches
                    }
                }
            } catch (Exception failure) {
                restart("the receiver failed", failure);
            }
        }
    }

    public static void main(String[] words) throws Exception {
        App.run("receiver", () -> {
            var context = App.context("receiver", Durations.milliseconds(500));
            App.write(context.receiverStream(new KafkaReceiver()));
            return context;
        });
    }
}
