// Deletes what its owners have left behind, and holds owners back until their dependents are seen to.
import { isApiError } from '../../objects/api-error.ts'
import type { KindRef } from '../../objects/kind.ts'
import { apiVersionOf, resourceName } from '../../objects/kind.ts'
import type { KubeObject, OwnerReference } from '../../objects/object.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { watchResourceKinds } from '../framework/resource-kinds.ts'
import type { WorkQueue } from '../framework/work-queue.ts'
import { createWriter, isTerminating } from '../framework/writer.ts'
import { decideFate, type OwnerState } from './decide-fate.ts'
import { OwnerGraph } from './owner-graph.ts'

const foreground = 'foregroundDeletion'
const orphan = 'orphan'
/** Nobody owns through Events, and there are many of them. */
const notCollected = new Set(['events'])

export function startGarbage(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const { client, informers } = world
  const graph = new OwnerGraph()
  const kinds = watchResourceKinds(informers)
  const writer = createWriter(world)
  const connected = new Map<string, () => void>()

  async function reconcile(uid: string): Promise<void> {
    const node = graph.get(uid)
    if (node === undefined) return
    if (isTerminating(node.object)) return release(node.kind, node.object)
    const states = new Map<string, OwnerState>()
    for (const reference of node.object.metadata.ownerReferences ?? []) {
      states.set(reference.uid, await stateOf(node.object, reference))
    }
    const fate = decideFate(node.object, {
      stateOf: ({ uid: owner }) => states.get(owner) ?? 'unknown',
      hasDependents: graph.dependentsOf(uid).length > 0,
    })
    if (fate.kind === 'delete') await writer.remove(node.kind, node.object, { propagation: fate.propagation })
    if (fate.kind === 'detach') await setOwners(node.kind, node.object, fate.keep)
  }

  async function stateOf(object: KubeObject, reference: OwnerReference): Promise<OwnerState> {
    const owner = graph.get(reference.uid)?.object
    if (owner !== undefined) {
      return isTerminating(owner) && owner.metadata.finalizers?.includes(foreground) ? 'waiting' : 'solid'
    }
    // Not seen is not gone: the caches of different kinds run at different speeds. Only the API knows.
    const kind = kinds
      .current()
      .find(
        candidate =>
          candidate.kind === reference.kind &&
          apiVersionOf(candidate.group, candidate.version) === reference.apiVersion,
      )
    if (kind === undefined) return 'unknown'
    const { namespace } = object.metadata
    // Without a namespace there is no telling which owner is meant: upstream leaves such an object alone, too.
    if (kind.namespaced && namespace === undefined) return 'unknown'
    const key = { name: reference.name, ...(kind.namespaced && { namespace }) }
    const found = await client.get(kind, key)
    return found?.metadata.uid === reference.uid ? 'solid' : 'absent'
  }

  /** An owner that waits for this controller: orphan its dependents, or delete them, then let it go. */
  async function release(kind: KindRef, owner: KubeObject): Promise<void> {
    const { uid = '', finalizers = [] } = owner.metadata
    const dependents = graph.dependentsOf(uid)
    if (finalizers.includes(orphan)) {
      await Promise.all(
        dependents.map(({ kind: dependentKind, object }) => {
          const others = object.metadata.ownerReferences?.filter(reference => reference.uid !== uid) ?? []
          return setOwners(dependentKind, object, others)
        }),
      )
      await dropFinalizer(kind, owner, orphan)
    } else if (finalizers.includes(foreground)) {
      const blocking = dependents.filter(({ object }) =>
        object.metadata.ownerReferences?.some(reference => reference.uid === uid && reference.blockOwnerDeletion),
      )
      if (blocking.length === 0) await dropFinalizer(kind, owner, foreground)
    }
  }

  async function setOwners(
    kind: KindRef,
    object: KubeObject,
    ownerReferences: readonly OwnerReference[],
  ): Promise<void> {
    await writeMetadata(kind, object, { ownerReferences: ownerReferences.length === 0 ? null : ownerReferences })
  }

  async function dropFinalizer(kind: KindRef, object: KubeObject, finalizer: string): Promise<void> {
    const rest = object.metadata.finalizers?.filter(item => item !== finalizer) ?? []
    await writeMetadata(kind, object, { finalizers: rest.length === 0 ? null : rest })
  }

  async function writeMetadata(kind: KindRef, object: KubeObject, metadata: object): Promise<void> {
    const { uid, resourceVersion, namespace, name } = object.metadata
    const key = namespace === undefined ? { name } : { namespace, name }
    try {
      await client.patch(kind, key, { type: 'merge', patch: { metadata: { ...metadata, uid, resourceVersion } } })
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
    }
  }

  function connect(queue: WorkQueue, kind: KindRef): void {
    const id = resourceName(kind)
    if (notCollected.has(id) || connected.has(id)) return
    const disconnect = informers.of(kind).onChange(({ before, after }) => {
      if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
        graph.delete(before)
        // Its dependents may have lost their last owner; its owners may be waiting for it.
        for (const { object } of graph.dependentsOf(before.metadata.uid ?? '')) queue.add(object.metadata.uid ?? '')
        for (const { uid } of before.metadata.ownerReferences ?? []) if (isHeld(uid)) queue.add(uid)
      }
      if (after === undefined) return
      const { uid = '', ownerReferences = [] } = after.metadata
      graph.set(kind, after)
      const isNews = before?.metadata.ownerReferences !== after.metadata.ownerReferences || isTerminating(after)
      if (isNews && (ownerReferences.length > 0 || isHeld(uid))) queue.add(uid)
      if (isHeld(uid)) for (const { object } of graph.dependentsOf(uid)) queue.add(object.metadata.uid ?? '')
      // A reference that was dropped may have been the last that an owner waited for.
      for (const owner of before?.metadata.ownerReferences ?? []) if (isHeld(owner.uid)) queue.add(owner.uid)
    })
    connected.set(id, disconnect)
  }

  function isHeld(uid: string): boolean {
    const object = graph.get(uid)?.object
    if (object === undefined || !isTerminating(object)) return false
    return object.metadata.finalizers?.some(finalizer => finalizer === foreground || finalizer === orphan) ?? false
  }

  const known = kinds.current().filter(kind => !notCollected.has(resourceName(kind)))
  return runController(world, {
    name: 'garbage-collector',
    needs: [kinds.definitions, ...known.map(kind => informers.of(kind))],
    reconcile,
    subscribe: queue => {
      for (const kind of known) connect(queue, kind)
      const watchDefinitions = kinds.definitions.onChange(() => {
        for (const kind of kinds.current()) connect(queue, kind)
      })
      return [
        watchDefinitions,
        () => {
          for (const disconnect of connected.values()) disconnect()
        },
      ]
    },
  })
}
