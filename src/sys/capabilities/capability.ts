// What a finding about this machine says: a program or a feature of the kernel, and what is lost without it.

export interface Capability {
  readonly name: string
  readonly kind: 'program' | 'kernel'
  readonly state: 'present' | 'missing'
  /** Without it no lab starts. */
  readonly required: boolean
  /** What it is for; goes after the name: "nft carries Services". */
  readonly why: string
  readonly version?: string
  /** What the kernel or the program said. */
  readonly detail?: string
  readonly warning?: string
  /** The Debian package that brings it. */
  readonly package?: string
}
