import { expect, it } from 'vitest'
import type { CallResult } from '../result.ts'
import { ResultsBuffer } from './results-buffer.ts'

const mebibyte = 1024 * 1024

function answer(index: number, bytes: number): CallResult {
  const body = new Uint8Array(bytes)
  const timing = { queued: 0, backoff: 0, connect: 0, firstByte: 0, body: 0, total: 0 }
  const request = { url: '/', method: 'GET', headers: {} } as never
  return { ok: true, index, id: '', attempts: [], timing, request, status: 200, headers: {}, value: body, body }
}

it('lets no more calls start while results of 64 MiB wait, however few they are', () => {
  const buffer = new ResultsBuffer(false)
  for (let index = 0; index < 6; index++) buffer.add(index, answer(index, 10 * mebibyte))
  expect(buffer.hasRoom(1, 0)).toBe(true)
  buffer.add(6, answer(6, 10 * mebibyte))
  expect(buffer.hasRoom(1, 0)).toBe(false)
  buffer.take()
  expect(buffer.hasRoom(1, 0)).toBe(true)
  while (buffer.take() !== undefined);
  expect(buffer.hasRoom(1, 0)).toBe(true)
})

it('counts the bytes of results that wait for an earlier one in order, and names the position of that one', () => {
  const buffer = new ResultsBuffer(true)
  for (let index = 1; index < 7; index++) buffer.add(index, answer(index, 10 * mebibyte))
  expect([buffer.hasRoom(1, 0), buffer.awaited]).toEqual([true, undefined])
  buffer.add(7, answer(7, 10 * mebibyte))
  expect([buffer.hasRoom(1, 0), buffer.awaited]).toEqual([false, 0])
  buffer.add(0, answer(0, 1))
  expect([buffer.hasRoom(1, 0), buffer.awaited]).toEqual([false, undefined])
})
