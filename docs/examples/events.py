"""Prints what happens to people's security info, from the first event that is kept."""

import asyncio
import json
import os

from aiokafka import AIOKafkaConsumer

KAFKA = os.environ.get("SECURITY_INFO_KAFKA_URL", "127.0.0.1:9092")
PREFIX = os.environ.get("SECURITY_INFO_TOPIC_PREFIX", "security-info")


async def main() -> None:
    consumer = AIOKafkaConsumer(
        f"{PREFIX}.lifecycle",
        bootstrap_servers=KAFKA,
        group_id="example-platform",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    seen: set[str] = set()  # a platform keeps this where it keeps what it does about an event
    async with consumer:
        async for record in consumer:
            event = {name.removeprefix("ce_"): value.decode() for name, value in record.headers}
            if event["id"] not in seen:
                seen.add(event["id"])
                print(event.get("subject"), event.get("sequence"), event["type"], json.loads(record.value), flush=True)
            await consumer.commit()  # only now: what is not committed comes again


if __name__ == "__main__":
    asyncio.run(main())
