// Kafka's own client for Java without automatic commits: what poll() gives is written, then committed.
import java.io.FileOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public class JavaConsumer {
    public static void main(String[] words) throws Exception {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", System.getenv("KBENCH_BOOTSTRAP"), "group.id", System.getenv("KBENCH_GROUP"),
            "auto.offset.reset", "earliest", "enable.auto.commit", false, "max.poll.records", 100);
        var bytes = new ByteArrayDeserializer();
        try (var consumer = new KafkaConsumer<>(settings, bytes, bytes);
                var output = new FileOutputStream(System.getenv("KBENCH_OUTPUT"), true)) {
            consumer.subscribe(List.of(System.getenv("KBENCH_TOPIC")));
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(1));
                for (var record : records) {
                    output.write((new String(record.value()) + "\n").getBytes());
                }
                if (!records.isEmpty()) {
                    consumer.commitSync();
                }
            }
        }
    }
}
