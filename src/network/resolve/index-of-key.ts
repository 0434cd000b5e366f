// Where in a list that is sorted by key does a key stand?

export function indexOfKey(list: readonly { readonly key: string }[], key: string): number | undefined {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle]?.key ?? '') < key) low = middle + 1
    else high = middle
  }
  return list[low]?.key === key ? low : undefined
}
