// What one DNS record is, whoever serves it.

export type RecordType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'TXT' | 'SOA' | 'NS'

export interface DnsRecord {
  /** Lower case, without the final dot. */
  readonly name: string
  readonly type: RecordType
  readonly ttlSeconds: number
  /** As in a zone file: `10.96.0.1`, `0 100 443 kubernetes.default.svc.cluster.local.`; TXT without its quotes. */
  readonly data: string
}
