// Which fields does a manager own: the FieldsV1 notation as a value, with union, difference and intersection.

/**
 * FieldsV1 itself: keys are `f:<field>`, `k:<keys of a list element>`, `v:<scalar of a set>` or `i:<index>`.
 * A node without children is owned; a node with children is owned when it also holds `.`. The root is never owned.
 * No conversion is needed between this and `managedFields[].fieldsV1`, and sets are shared, never changed.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet
}

export const emptySet: FieldSet = {}
const owned: FieldSet = {}

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false
  return true
}

/** Whether the field at this node (not at the root) is owned itself. */
export function isMember(node: FieldSet): boolean {
  return node['.'] !== undefined || isEmptySet(node)
}

/** A set under construction. */
export interface FieldSetBuilder {
  [element: string]: FieldSetBuilder
}

/** Adds the field at `path` to a set that nobody else has seen yet. */
export function addPath(builder: FieldSetBuilder, path: readonly string[]): void {
  let node = builder
  let isNew = false
  for (let depth = 0; depth < path.length; depth++) {
    const element = path[depth]
    if (element === undefined) return
    // A node without children stands for itself; with its first child it has to say so.
    if (depth > 0 && !isNew && isEmptySet(node)) node['.'] = {}
    let child = node[element]
    isNew = child === undefined
    if (child === undefined) {
      child = {}
      node[element] = child
    }
    node = child
  }
  if (!isNew && !isEmptySet(node)) node['.'] = {}
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right || isEmptySet(right)) return left
  if (isEmptySet(left)) return right
  return join(left, right)
}

function join(left: FieldSet, right: FieldSet): FieldSet {
  let result: Record<string, FieldSet> | undefined
  for (const element in right) {
    const theirs = right[element] ?? owned
    const ours = left[element]
    let joined = theirs
    if (ours !== undefined) {
      if (element === '.') continue
      joined = joinNodes(ours, theirs)
      if (joined === ours) continue
    }
    result ??= { ...left }
    result[element] = joined
  }
  return result ?? left
}

function joinNodes(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right) return left
  const leftIsLeaf = isEmptySet(left)
  const rightIsLeaf = isEmptySet(right)
  if (leftIsLeaf && rightIsLeaf) return left
  if (leftIsLeaf) return right['.'] === undefined ? { '.': owned, ...right } : right
  if (rightIsLeaf) return left['.'] === undefined ? { '.': owned, ...left } : left
  return join(left, right)
}

/** What `left` holds and `right` does not; field by field, so owning a parent takes nothing from its children. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right) return emptySet
  let result: Record<string, FieldSet> | undefined
  for (const element in left) {
    const theirs = right[element]
    if (theirs === undefined || element === '.') continue
    const ours = left[element] ?? owned
    const rest = differenceOfNodes(ours, theirs)
    if (rest === ours) continue
    result ??= { ...left }
    if (rest === undefined) delete result[element]
    else result[element] = rest
  }
  return result ?? left
}

function differenceOfNodes(left: FieldSet, right: FieldSet): FieldSet | undefined {
  const staysMember = isMember(left) && !isMember(right)
  const rest = difference(left, right)
  const hasChildren = hasChild(rest)
  if (!hasChildren) return staysMember ? (isEmptySet(left) ? left : owned) : undefined
  if (staysMember === (rest['.'] !== undefined)) return rest
  const { '.': _self, ...children } = rest
  return staysMember ? { '.': owned, ...children } : children
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right) return left
  const result: Record<string, FieldSet> = {}
  for (const element in left) {
    const theirs = right[element]
    const ours = left[element]
    if (theirs === undefined || ours === undefined || element === '.') continue
    const common = intersection(ours, theirs)
    const isCommon = isMember(ours) && isMember(theirs)
    if (isEmptySet(common)) {
      if (isCommon) result[element] = owned
    } else if (isCommon && common['.'] === undefined) result[element] = { '.': owned, ...common }
    else if (!isCommon && common['.'] !== undefined) result[element] = withoutSelf(common)
    else result[element] = common
  }
  return result
}

/** The same answer as `!isEmptySet(intersection(left, right))`, without building anything. */
export function intersects(left: FieldSet, right: FieldSet): boolean {
  for (const element in left) {
    const theirs = right[element]
    const ours = left[element]
    if (theirs === undefined || ours === undefined || element === '.') continue
    if ((isMember(ours) && isMember(theirs)) || intersects(ours, theirs)) return true
  }
  return false
}

export function equalSets(left: FieldSet, right: FieldSet): boolean {
  if (left === right) return true
  let count = 0
  for (const element in left) {
    const theirs = right[element]
    if (theirs === undefined || !equalSets(left[element] ?? owned, theirs)) return false
    count++
  }
  for (const _ in right) count--
  return count === 0
}

/** The node below one element, or nothing. */
export function below(set: FieldSet, element: string): FieldSet {
  return set[element] ?? emptySet
}

/** Every owned field as its path of elements, parents first. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  for (const element of Object.keys(set).sort()) {
    const node = set[element]
    if (node === undefined || element === '.') continue
    const path = [...prefix, element]
    if (isMember(node)) yield path
    yield* pathsOf(node, path)
  }
}

export function setOf(paths: Iterable<readonly string[]>): FieldSet {
  const builder: FieldSetBuilder = {}
  for (const path of paths) addPath(builder, path)
  return builder
}

/** The set with its keys in order, so that two runs write the same bytes. */
export function sortedSet(set: FieldSet): FieldSet {
  const keys = Object.keys(set)
  if (keys.length === 0) return owned
  keys.sort()
  const result: Record<string, FieldSet> = {}
  for (const key of keys) result[key] = sortedSet(set[key] ?? owned)
  return result
}

function hasChild(node: FieldSet): boolean {
  for (const element in node) if (element !== '.') return true
  return false
}

function withoutSelf(node: FieldSet): FieldSet {
  const { '.': _self, ...children } = node
  return children
}
