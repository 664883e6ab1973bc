# 100 at once with httpx: a client, gather, and a semaphore.
import asyncio, os, httpx

async def main():
    limit = asyncio.Semaphore(int(os.environ.get('AT_ONCE', '100')))
    async with httpx.AsyncClient(base_url=os.environ['API'], timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        async def get(number):
            async with limit:
                return (await client.get(f'/products/{number}')).status_code
        statuses = await asyncio.gather(*(get(1 + index % 500) for index in range(int(os.environ.get('COUNT', '500')))))
    print({status: statuses.count(status) for status in set(statuses)})

asyncio.run(main())
