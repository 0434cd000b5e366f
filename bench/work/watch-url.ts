// Runs in the laptop: asks a URL over and over, resolving its name every time, and tells when its answer becomes the wanted one.
// Each line of input is `good URL` or `gone URL`; each line of output the nanosecond of the monotonic clock at which it came true.
import { Resolver } from 'node:dns/promises'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const pauseMs = 1
const giveUpMs = 20_000
const resolver = new Resolver({ timeout: 500, tries: 1 })

for await (const line of createInterface({ input: process.stdin })) {
  const [wanted, text = ''] = line.split(' ')
  console.log(`${await firstTime(new URL(text), wanted === 'good')}`)
}

async function firstTime(url: URL, isGood: boolean): Promise<bigint> {
  const deadline = performance.now() + giveUpMs
  while (performance.now() < deadline) {
    if (((await statusOf(url)) === 200) === isGood) return process.hrtime.bigint()
    await sleep(pauseMs)
  }
  throw new Error(`${url} is not ${isGood ? 'good' : 'gone'} after ${giveUpMs} ms`)
}

/** 0 when there is no name, no connection or no answer. */
async function statusOf(url: URL): Promise<number> {
  try {
    const [address] = await resolver.resolve4(url.hostname)
    if (address === undefined) return 0
    return await new Promise((resolve, reject) => {
      const asked = request({
        host: address,
        port: url.port || 80,
        path: url.pathname,
        headers: { host: url.host },
        agent: false,
      })
      asked.setTimeout(1000, () => asked.destroy(new Error('no answer')))
      asked.once('error', reject)
      asked.once('response', response => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      asked.end()
    })
  } catch {
    return 0
  }
}
