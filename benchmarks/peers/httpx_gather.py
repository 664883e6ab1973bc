import asyncio

import httpx


async def run(url, calls, concurrency):
    semaphore = asyncio.Semaphore(concurrency)
    # It keeps 20 connections otherwise, and makes the others anew for each request.
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx.AsyncClient(limits=limits) as client:

        async def fetch(each):
            async with semaphore:
                response = await client.get(each)
                response.raise_for_status()
                return response.json()

        await asyncio.gather(*[fetch(f"{url}?n={index}") for index in range(calls)])
