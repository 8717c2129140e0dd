# aiokafka with automatic commits.
import asyncio
import os

from aiokafka import AIOKafkaConsumer


async def main():
    consumer = AIOKafkaConsumer(
        os.environ["KBENCH_TOPIC"], bootstrap_servers=os.environ["KBENCH_BOOTSTRAP"],
        group_id=os.environ["KBENCH_GROUP"], auto_offset_reset="earliest", auto_commit_interval_ms=100)
    await consumer.start()
    with open(os.environ["KBENCH_OUTPUT"], "ab", buffering=0) as output:
        async for record in consumer:
            await asyncio.sleep(0.0005)  # the work
            output.write(record.value + b"\n")


asyncio.run(main())
