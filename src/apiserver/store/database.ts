// How an acknowledged write survives the end of the process: one SQLite table, written before anyone is told.
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { ApiError } from '../../objects/api-error.ts'

export interface StoredRow {
  readonly collection: string
  readonly key: string
  readonly revision: number
  readonly json: string
}

/** Where the store writes. Each call returns when the write is safe from `kill -9`, or throws and changed nothing. */
export interface Journal {
  rows(): Iterable<StoredRow>
  /** The newest revision ever given out, deletions included. */
  lastRevision(): number
  put(row: StoredRow): void
  remove(row: Omit<StoredRow, 'json'>): void
  close(): void
}

/** Keeps nothing: what `:memory:` means for a store that holds every object in memory anyway. */
export const forgetfulJournal: Journal = {
  rows: () => [],
  lastRevision: () => 0,
  put: () => undefined,
  remove: () => undefined,
  close: () => undefined,
}

/**
 * An ordinary table with numbers for keys: which row holds which object is known in memory, so that a write touches one
 * leaf of one tree. Measured: half the time of a table that is sorted by key.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS objects (
    id INTEGER PRIMARY KEY, collection TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, json TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS deletions (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
`

/**
 * In WAL mode a commit is in the page cache when it returns: the process may die at any time. The disk is waited for only
 * at a checkpoint, once in 64 MB of writes. Nobody else may open the file, so two servers cannot write into one another.
 */
const pragmas = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 16384;
  PRAGMA journal_size_limit = 0;
`

/** SQLite's primary result codes for what it cannot read: SQLITE_CORRUPT and SQLITE_NOTADB. */
const damageCodes = new Set([11, 26])

/** What was stored cannot be read any more. No retry helps; the file has to go. */
export class DamagedDatabaseError extends Error {
  override readonly name = 'DamagedDatabaseError'
  readonly file: string

  constructor(file: string, cause: unknown) {
    super(`the database ${file} is damaged (${cause instanceof Error ? cause.message : String(cause)})`, { cause })
    this.file = file
  }
}

/** SQLite's primary result codes for "no room": SQLITE_FULL, and SQLITE_IOERR, which a full disk also causes. */
const noRoomCodes = new Set([10, 13])

export class SqliteJournal implements Journal {
  readonly #file: string
  readonly #database: DatabaseSync
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #markDeletion: StatementSync
  /** Row numbers by `collection/key`. */
  readonly #rows = new Map<string, number>()
  #lastRow = 0

  /** Throws `DamagedDatabaseError`, as do `rows` and `lastRevision`. */
  constructor(file: string) {
    this.#file = file
    // Made before SQLite makes it, so that it is private from its first byte: it holds Secrets.
    closeSync(openSync(file, 'a', 0o600))
    this.#database = new DatabaseSync(file)
    this.#reading(() => {
      this.#database.exec(pragmas)
      this.#database.exec(schema)
    })
    this.#put = this.#database.prepare(
      'INSERT OR REPLACE INTO objects (id, collection, key, revision, json) VALUES (?, ?, ?, ?, ?)',
    )
    this.#remove = this.#database.prepare('DELETE FROM objects WHERE id = ?')
    this.#markDeletion = this.#database.prepare('INSERT OR REPLACE INTO deletions (id, revision) VALUES (1, ?)')
  }

  *rows(): Iterable<StoredRow> {
    const stored = this.#database.prepare('SELECT id, collection, key, revision, json FROM objects').iterate()
    for (;;) {
      const { value: row, done } = this.#reading(() => stored.next())
      if (done === true || row === undefined) return
      const [collection, key, id] = [String(row.collection), String(row.key), Number(row.id)]
      this.#rows.set(`${collection}/${key}`, id)
      this.#lastRow = Math.max(this.#lastRow, id)
      yield { collection, key, revision: Number(row.revision), json: String(row.json) }
    }
  }

  lastRevision(): number {
    const newest = (table: string) => this.#database.prepare(`SELECT max(revision) AS revision FROM ${table}`).get()
    return this.#reading(() =>
      Math.max(Number(newest('objects')?.revision ?? 0), Number(newest('deletions')?.revision ?? 0)),
    )
  }

  put({ collection, key, revision, json }: StoredRow): void {
    const name = `${collection}/${key}`
    const id = this.#rows.get(name) ?? this.#lastRow + 1
    this.#attempt(() => this.#put.run(id, collection, key, revision, json))
    if (id > this.#lastRow) this.#lastRow = id
    this.#rows.set(name, id)
  }

  remove({ collection, key, revision }: Omit<StoredRow, 'json'>): void {
    const name = `${collection}/${key}`
    const id = this.#rows.get(name)
    if (id === undefined) return
    this.#attempt(() => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        this.#remove.run(id)
        this.#markDeletion.run(revision)
        this.#database.exec('COMMIT')
      } catch (error) {
        // SQLite rolls back by itself on some errors (a full disk among them), and then refuses a second time.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    })
    this.#rows.delete(name)
  }

  close(): void {
    this.#database.close()
  }

  #reading<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (!hasCode(error, damageCodes)) throw error
      throw new DamagedDatabaseError(this.#file, error)
    }
  }

  #attempt(write: () => void): void {
    try {
      write()
    } catch (error) {
      if (!hasCode(error, noRoomCodes)) {
        throw new ApiError(500, 'InternalError', `the database could not be written: ${String(error)}`, {
          cause: error,
        })
      }
      this.#retry(write)
    }
  }

  /** Moving the write-ahead log into the database may make the room that is missing. */
  #retry(write: () => void): void {
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      write()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new ApiError(
        507,
        'InsufficientStorage',
        `the database could not be written (${why}); free some space on its disk and try again`,
        { cause: error },
      )
    }
  }
}

function hasCode(error: unknown, codes: ReadonlySet<number>): boolean {
  return error instanceof Error && 'errcode' in error && codes.has(Number(error.errcode) & 0xff)
}
