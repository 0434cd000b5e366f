// The body of an answer over plain HTTP.
import { get } from 'node:http'

export function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, response => {
      let text = ''
      response.on('data', chunk => (text += String(chunk)))
      response.once('end', () => resolve(text)).once('error', reject)
    }).once('error', reject)
  })
}
