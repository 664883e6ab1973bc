import asyncio

import aiohttp


async def run(url, calls, concurrency):
    semaphore = asyncio.Semaphore(concurrency)
    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector, raise_for_status=True) as session:

        async def fetch(each):
            async with semaphore:
                async with session.get(each) as response:
                    return await response.json()

        await asyncio.gather(*[fetch(f"{url}?n={index}") for index in range(calls)])
