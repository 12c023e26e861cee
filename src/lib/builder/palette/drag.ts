import type { NodeType, Registry } from '#lib/engine/index.ts'

const FORMAT = 'application/x-weft-step'

/** Puts a kind of step into what is being dragged. */
export function startDrag(transfer: DataTransfer, type: NodeType): void {
  transfer.setData(FORMAT, type.type)
  transfer.effectAllowed = 'copy'
}

/** The kind of step that was dropped; nothing when it's something else. */
export function registryTypeOf(transfer: DataTransfer, registry: Registry): NodeType | undefined {
  return registry.get(transfer.getData(FORMAT))
}
