# 100 at once with aiohttp: its session opens 100 connections by default.
import asyncio, os, aiohttp

async def main():
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(os.environ['API'], timeout=timeout) as session:
        async def get(number):
            async with session.get(f'/products/{number}') as response:
                await response.json()
                return response.status
        statuses = await asyncio.gather(*(get(1 + index % 500) for index in range(int(os.environ.get('COUNT', '500')))))
    print({status: statuses.count(status) for status in set(statuses)})

asyncio.run(main())
