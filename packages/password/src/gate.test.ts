import { describe, expect, it } from 'vitest'
import { createGate } from './gate.ts'

function createTasks() {
  const finish: ((result: string) => void)[] = []
  let running = 0
  let most = 0
  return {
    finish,
    most: () => most,
    running: () => running,
    task: async () => {
      running += 1
      most = Math.max(most, running)
      try {
        return await new Promise<string>((resolve) => finish.push(resolve))
      } finally {
        running -= 1
      }
    },
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

describe('createGate()', () => {
  it('runs as many tasks as it has places, and the others in the order of their arrival', async () => {
    const gate = createGate({ concurrency: 2, queue: 10 })
    const order: number[] = []
    const { finish, most, task } = createTasks()
    const all = Array.from({ length: 6 }, (_, index) =>
      gate.run(async () => {
        order.push(index)
        return task()
      }),
    )
    for (let round = 0; round < 6; round += 1) {
      await settle()
      finish[round]?.(`${round}`)
    }
    expect(await Promise.all(all)).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
    expect(most()).toBe(2)
  })

  it('refuses with 503 when the queue is full, and never runs what it refused', async () => {
    const gate = createGate({ concurrency: 1, queue: 1 })
    const { finish, task } = createTasks()
    const first = gate.run(task)
    const second = gate.run(task)
    let ran = false
    await expect(
      gate.run(async () => {
        ran = true
      }),
    ).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', status: 503 })
    finish[0]?.('first')
    await first
    await settle()
    finish[1]?.('second')
    expect(await second).toBe('second')
    expect(ran).toBe(false)
    expect(await gate.run(async () => 'later')).toBe('later')
  })

  it('frees the place of a task that fails', async () => {
    const gate = createGate({ concurrency: 1, queue: 1 })
    const failing = gate.run(() => Promise.reject(new Error('broken')))
    const waiting = gate.run(async () => 'ran')
    await expect(failing).rejects.toThrow('broken')
    expect(await waiting).toBe('ran')
    expect(await gate.run(async () => 'free')).toBe('free')
  })

  it('lets nobody overtake the queue, or run beside what came from it', async () => {
    const gate = createGate({ concurrency: 1, queue: 5 })
    const { finish, most, task } = createTasks()
    const first = gate.run(task)
    const second = gate.run(task)
    finish[0]?.('first')
    expect(await first).toBe('first')
    const third = gate.run(task)
    await settle()
    expect(finish).toHaveLength(2)
    finish[1]?.('second')
    expect(await second).toBe('second')
    await settle()
    finish[2]?.('third')
    expect(await third).toBe('third')
    expect(most()).toBe(1)
  })
})
